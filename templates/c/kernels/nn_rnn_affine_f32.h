#ifndef NN_RNN_AFFINE_F32_H
#define NN_RNN_AFFINE_F32_H

/* Activation of recurrent cells: alpha v + beta. */
static inline float nn_rnn_affine_f32(float v, float alpha, float beta)
{
    return alpha * v + beta;
}

#endif
