#ifndef NN_RNN_RELU_F32_H
#define NN_RNN_RELU_F32_H

/* Activation of recurrent cells: max(v, 0); NaN stays NaN. */
static inline float nn_rnn_relu_f32(float v, float alpha, float beta)
{
    (void)alpha;
    (void)beta;
    return (v < 0.0f) ? 0.0f : v;
}

#endif
