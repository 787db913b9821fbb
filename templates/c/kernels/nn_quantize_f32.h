#ifndef NN_QUANTIZE_F32_H
#define NN_QUANTIZE_F32_H
#include <math.h>
#include <stdint.h>

/* round(x / scale) + zero_point, ties to even, clamped to [low, high]; NaN becomes low. */
static inline int32_t nn_quantize_f32(float x, float scale, int32_t zero_point, int32_t low, int32_t high)
{
    const float steps = rintf(x / scale);

    if (!(steps > (float)(low - zero_point))) {
        return low;
    }
    return (steps >= (float)(high - zero_point)) ? high : (int32_t)steps + zero_point;
}

#endif
