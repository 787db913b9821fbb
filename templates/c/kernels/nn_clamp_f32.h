#ifndef NN_CLAMP_F32_H
#define NN_CLAMP_F32_H

/* NaN stays NaN, as in onnxruntime. */
static inline float nn_clamp_f32(float v, float min, float max)
{
    v = (v < min) ? min : v;
    return (v > max) ? max : v;
}

#endif
