#ifndef NN_RNN_G_F32_H
#define NN_RNN_G_F32_H
#include "nn_rnn_tanh_f32.h"

/* Activation g of recurrent cells: of the candidates for a new state. In a model the layer's own stands in its place. */
static inline float nn_rnn_g_f32(float v, float alpha, float beta)
{
    return nn_rnn_tanh_f32(v, alpha, beta);
}

#endif
