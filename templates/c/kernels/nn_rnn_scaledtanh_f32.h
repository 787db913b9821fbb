#ifndef NN_RNN_SCALEDTANH_F32_H
#define NN_RNN_SCALEDTANH_F32_H
#include <math.h>

/* Activation of recurrent cells: alpha tanh(beta v). */
static inline float nn_rnn_scaledtanh_f32(float v, float alpha, float beta)
{
    return alpha * tanhf(beta * v);
}

#endif
