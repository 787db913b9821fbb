#ifndef NN_RNN_THRESHOLDEDRELU_F32_H
#define NN_RNN_THRESHOLDEDRELU_F32_H

/* Activation of recurrent cells: v above alpha, else 0. */
static inline float nn_rnn_thresholdedrelu_f32(float v, float alpha, float beta)
{
    (void)beta;
    return (v > alpha) ? v : 0.0f;
}

#endif
