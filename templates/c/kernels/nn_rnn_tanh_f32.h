#ifndef NN_RNN_TANH_F32_H
#define NN_RNN_TANH_F32_H
#include <math.h>

/* Activation of recurrent cells: tanh(v). */
static inline float nn_rnn_tanh_f32(float v, float alpha, float beta)
{
    (void)alpha;
    (void)beta;
    return tanhf(v);
}

#endif
