#ifndef NN_APPEND_ROWS_F32_H
#define NN_APPEND_ROWS_F32_H
#include <stdint.h>

/* y[batch][heads][past_len + len][size]: the past rows, then those of x, which lie at these steps. */
static inline void nn_append_rows_f32(int32_t batch, int32_t heads, int32_t past_len, int32_t len, int32_t size,
                                      int32_t batch_step, int32_t head_step, int32_t row_step, const float *past,
                                      const float *x, float *y)
{
    for (int32_t b = 0; b < batch; b++) {
        for (int32_t h = 0; h < heads; h++) {
            for (int32_t i = 0; i < past_len * size; i++) {
                *y++ = *past++;
            }
            for (int32_t r = 0; r < len; r++) {
                for (int32_t i = 0; i < size; i++) {
                    *y++ = x[b * batch_step + h * head_step + r * row_step + i];
                }
            }
        }
    }
}

#endif
