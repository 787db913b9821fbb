#ifndef NN_RNN_LEAKYRELU_F32_H
#define NN_RNN_LEAKYRELU_F32_H

/* Activation of recurrent cells: v, or alpha v below zero. */
static inline float nn_rnn_leakyrelu_f32(float v, float alpha, float beta)
{
    (void)beta;
    return (v < 0.0f) ? alpha * v : v;
}

#endif
