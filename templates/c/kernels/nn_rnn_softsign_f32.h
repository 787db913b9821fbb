#ifndef NN_RNN_SOFTSIGN_F32_H
#define NN_RNN_SOFTSIGN_F32_H
#include <math.h>

/* Activation of recurrent cells: v / (1 + |v|). */
static inline float nn_rnn_softsign_f32(float v, float alpha, float beta)
{
    (void)alpha;
    (void)beta;
    return v / (1.0f + fabsf(v));
}

#endif
