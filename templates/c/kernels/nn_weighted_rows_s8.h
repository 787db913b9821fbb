#ifndef NN_WEIGHTED_ROWS_S8_H
#define NN_WEIGHTED_ROWS_S8_H
#include <stdint.h>
#include "nn_requantize_s8.h"

/* The sum of `count` rows of `size` codes, v_step apart, each times its weight, less `zero`: that of the zero points. */
static inline void nn_weighted_rows_s8(const int32_t *weights, int32_t count, int32_t zero, const int8_t *v, int32_t v_step,
                                       int32_t size, const nn_quant *quant, int32_t multiplier, int8_t *y)
{
    for (int32_t d = 0; d < size; d++) {
        int32_t acc = -zero;
        for (int32_t j = 0; j < count; j++) {
            acc += weights[j] * v[j * v_step + d];
        }
        y[d] = nn_requantize_s8(quant, acc, multiplier);
    }
}

#endif
