#ifndef NN_RNN_ELU_F32_H
#define NN_RNN_ELU_F32_H
#include <math.h>

/* Activation of recurrent cells: v, or alpha (exp(v) - 1) below zero. */
static inline float nn_rnn_elu_f32(float v, float alpha, float beta)
{
    (void)beta;
    return (v < 0.0f) ? alpha * (expf(v) - 1.0f) : v;
}

#endif
