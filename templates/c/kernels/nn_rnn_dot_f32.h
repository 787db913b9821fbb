#ifndef NN_RNN_DOT_F32_H
#define NN_RNN_DOT_F32_H
#include <stdint.h>

/* start + a . b, n elements */
static inline float nn_rnn_dot_f32(float start, const float *a, const float *b, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        start += a[i] * b[i];
    }
    return start;
}

#endif
