#ifndef NN_RNN_F_F32_H
#define NN_RNN_F_F32_H
#include "nn_rnn_sigmoid_f32.h"

/* Activation f of recurrent cells: of the gates of GRU and LSTM, of the state of RNN. In a model the layer's own stands in its place. */
static inline float nn_rnn_f_f32(float v, float alpha, float beta)
{
    return nn_rnn_sigmoid_f32(v, alpha, beta);
}

#endif
