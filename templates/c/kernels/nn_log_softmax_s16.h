#ifndef NN_LOG_SOFTMAX_S16_H
#define NN_LOG_SOFTMAX_S16_H
#include <stdint.h>
#include "nn_exp2_u24.h"
#include "nn_log2_u64.h"
#include "nn_sum_s16.h"

/* multiplier / 2^shift: 2^-20 of an octave for each step of x. Steps of the codes and of the logarithm in 2^-fraction of a step of
 * the result; start: zero points, the bits of a power and half a step. */
typedef struct {
    int64_t start;
    uint32_t multiplier;
    int32_t shift, code, logarithm, fraction, min, max;
} nn_wide_log_sum;

/* Each of `length` codes of 16 bits, `x_step` apart, less the logarithm of the sum of their exponentials. */
static inline void nn_log_softmax_s16(const nn_wide_log_sum *s, const int16_t *x, int32_t x_step, int32_t length,
                                      const uint32_t *powers, int16_t *y, int32_t y_step)
{
    int32_t largest = x[0];
    uint64_t sum = 0;

    for (int32_t i = 1; i < length; i++) {
        largest = (x[i * x_step] > largest) ? x[i * x_step] : largest;
    }
    for (int32_t i = 0; i < length; i++) {
        sum += nn_exp2_u24((uint32_t)(largest - x[i * x_step]), s->multiplier, s->shift, powers);
    }

    const int64_t top = s->start - (int64_t)nn_log2_u64(sum) * s->logarithm;
    for (int32_t i = 0; i < length; i++) {
        y[i * y_step] = nn_sum_s16(top - (int64_t)(largest - x[i * x_step]) * s->code, s->fraction, s->min, s->max);
    }
}

#endif
