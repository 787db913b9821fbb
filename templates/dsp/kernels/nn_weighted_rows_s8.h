#ifndef NN_WEIGHTED_ROWS_S8_H
#define NN_WEIGHTED_ROWS_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_requantize_s8.h"
#include "nn_smlabb.h"
#include "nn_smlatb.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* The sum of `count` rows of `size` codes, v_step apart, each times its weight, less `zero`: that of the zero points.
 * Four codes of a row at a time, 11 instructions for 4 products (2.8 each); weights are of 2^-15, or codes: they fit a halfword. */
static inline void nn_weighted_rows_s8(const int32_t *weights, int32_t count, int32_t zero, const int8_t *v, int32_t v_step,
                                       int32_t size, const nn_quant *quant, int32_t multiplier, int8_t *y)
{
    int32_t d = 0;

    for (; d + 4 <= size; d += 4) {
        const int8_t *row = v + d;
        int32_t acc0 = -zero;
        int32_t acc1 = -zero;
        int32_t acc2 = -zero;
        int32_t acc3 = -zero;
        for (int32_t j = 0; j < count; j++) {
            const uint32_t weight = (uint32_t)weights[j];
            const uint32_t codes = nn_load4(row);
            const uint32_t even = nn_sxtb16(codes);
            const uint32_t odd = nn_sxtb16_ror8(codes);
            acc0 = nn_smlabb(even, weight, acc0);
            acc1 = nn_smlabb(odd, weight, acc1);
            acc2 = nn_smlatb(even, weight, acc2);
            acc3 = nn_smlatb(odd, weight, acc3);
            row += v_step;
        }
        y[d] = nn_requantize_s8(quant, acc0, multiplier);
        y[d + 1] = nn_requantize_s8(quant, acc1, multiplier);
        y[d + 2] = nn_requantize_s8(quant, acc2, multiplier);
        y[d + 3] = nn_requantize_s8(quant, acc3, multiplier);
    }
    for (; d < size; d++) {
        int32_t acc = -zero;
        for (int32_t j = 0; j < count; j++) {
            acc += weights[j] * v[j * v_step + d];
        }
        y[d] = nn_requantize_s8(quant, acc, multiplier);
    }
}

#endif
