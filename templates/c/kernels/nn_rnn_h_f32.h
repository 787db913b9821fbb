#ifndef NN_RNN_H_F32_H
#define NN_RNN_H_F32_H
#include "nn_rnn_tanh_f32.h"

/* Activation h of recurrent cells: of the cell state of LSTM on its way out. In a model the layer's own stands in its place. */
static inline float nn_rnn_h_f32(float v, float alpha, float beta)
{
    return nn_rnn_tanh_f32(v, alpha, beta);
}

#endif
