#ifndef NN_RNN_SIGMOID_F32_H
#define NN_RNN_SIGMOID_F32_H
#include <math.h>

/* Activation of recurrent cells: 1 / (1 + exp(-v)). */
static inline float nn_rnn_sigmoid_f32(float v, float alpha, float beta)
{
    (void)alpha;
    (void)beta;
    return 1.0f / (1.0f + expf(-v));
}

#endif
