#ifndef NN_RNN_HARDSIGMOID_F32_H
#define NN_RNN_HARDSIGMOID_F32_H
#include "nn_clamp_f32.h"

/* Activation of recurrent cells: alpha v + beta, clamped to [0, 1]. */
static inline float nn_rnn_hardsigmoid_f32(float v, float alpha, float beta)
{
    return nn_clamp_f32(alpha * v + beta, 0.0f, 1.0f);
}

#endif
