#ifndef NN_NORM_SUMS_S8_H
#define NN_NORM_SUMS_S8_H
#include <stdint.h>
#include "nn_helium.h"

/* The sum of `count` codes, `step` apart, without their zero point; their squares are added to *squares. Side by side 16 codes
 * at a time, whose squares fit a word 2^17 times over: 10 instructions for 16 products. */
static inline int32_t nn_norm_sums_s8(const int8_t *x, int32_t count, int32_t step, int32_t zero_point,
                                      int64_t *squares)
{
    int64_t total = 0;
    int32_t sum = 0;

#if NN_HAS_MVE
    if (step == 1 && count <= 65536) {
        int32_t small = 0;
        for (int32_t i = 0; i < count; i += 16) {
            const int8x16_t codes = vldrbq_z_s8(x + i, vctp8q((uint32_t)(count - i)));
            sum = vaddvaq_s8(sum, codes);
            small = vmladavaq_s8(small, codes, codes);
        }
        total = small;
    } else
#endif
    {
        for (int32_t i = 0; i < count; i++) {
            sum += x[i * step];
            total += x[i * step] * x[i * step];
        }
    }
    *squares += total - (int64_t)(2 * zero_point) * sum + (int64_t)count * (zero_point * zero_point);
    return sum - count * zero_point;
}

#endif
