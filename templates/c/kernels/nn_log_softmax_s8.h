#ifndef NN_LOG_SOFTMAX_S8_H
#define NN_LOG_SOFTMAX_S8_H
#include <stdint.h>
#include "nn_log2_u32.h"
#include "nn_sum_s8.h"

/* Steps of the codes and of the logarithm in 2^-shift of a step of the result; start: zero point and half a step. */
typedef struct {
    int32_t start, code, logarithm, shift, min, max;
} nn_log_sum;

/* Each of `length` codes, `x_step` apart, less the logarithm of the sum of their exponentials.
 * exp_table[d] stands for exp(-d * scale); the sum does not leave uint32. */
static inline void nn_log_softmax_s8(const nn_log_sum *s, const int8_t *x, int32_t x_step, int32_t length,
                                     const uint32_t *exp_table, int8_t *y, int32_t y_step)
{
    int32_t largest = -128;
    uint32_t sum = 0;

    for (int32_t i = 0; i < length; i++) {
        largest = (x[i * x_step] > largest) ? x[i * x_step] : largest;
    }
    for (int32_t i = 0; i < length; i++) {
        sum += exp_table[largest - x[i * x_step]];
    }

    const int32_t top = s->start - nn_log2_u32(sum, 12) * s->logarithm;
    for (int32_t i = 0; i < length; i++) {
        y[i * y_step] = nn_sum_s8(top - (largest - x[i * x_step]) * s->code, s->shift, s->min, s->max);
    }
}

#endif
