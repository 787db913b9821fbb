#ifndef NN_ROWS_S8_H
#define NN_ROWS_S8_H
#include <stdint.h>
#include "nn_dot4_s8.h"
#include "nn_dot_s8.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"

/* y[rows] = requantize(bias[rows] + w[rows][depth] . x[depth]). */
static inline void nn_rows_s8(const nn_quant *q, int32_t rows, int32_t depth, const int8_t *x, const int8_t *w,
                              const int32_t *bias, const int32_t *multiplier, int8_t *y)
{
    int32_t r = 0;

    for (; r + 4 <= rows; r += 4) {
        int32_t acc[4] = { bias[r], bias[r + 1], bias[r + 2], bias[r + 3] };
        nn_dot4_s8(x, w + r * depth, depth, acc);
        for (int32_t i = 0; i < 4; i++) {
            y[r + i] = nn_requantize_s8(q, acc[i], multiplier[r + i]);
        }
    }
    for (; r < rows; r++) {
        y[r] = nn_requantize_s8(q, nn_dot_s8(x, w + r * depth, depth, bias[r]), multiplier[r]);
    }
}

#endif
