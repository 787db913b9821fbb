#ifndef NN_RNN_SOFTPLUS_F32_H
#define NN_RNN_SOFTPLUS_F32_H
#include <math.h>

/* Activation of recurrent cells: log(1 + exp(v)). */
static inline float nn_rnn_softplus_f32(float v, float alpha, float beta)
{
    (void)alpha;
    (void)beta;
    return (v > 0.0f) ? v + log1pf(expf(-v)) : log1pf(expf(v));
}

#endif
