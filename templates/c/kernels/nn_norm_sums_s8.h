#ifndef NN_NORM_SUMS_S8_H
#define NN_NORM_SUMS_S8_H
#include <stdint.h>

/* The sum of `count` codes, `step` apart, without their zero point; their squares are added to *squares. */
static inline int32_t nn_norm_sums_s8(const int8_t *x, int32_t count, int32_t step, int32_t zero_point,
                                      int64_t *squares)
{
    int64_t total = *squares;
    int32_t sum = 0;

    for (int32_t i = 0; i < count; i++) {
        const int32_t code = x[i * step] - zero_point;
        sum += code;
        total += code * code;
    }
    *squares = total;
    return sum;
}

#endif
