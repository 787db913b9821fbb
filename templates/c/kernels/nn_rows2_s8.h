#ifndef NN_ROWS2_S8_H
#define NN_ROWS2_S8_H
#include <stdint.h>
#include "nn_block4x2_s8.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"
#include "nn_row_s8.h"
#include "nn_weight_s8.h"

/* nn_rows_s8 for two inputs, whose results lie `step` apart: the weights are read once for both. */
static inline const nn_weight_s8 *nn_rows2_s8(const nn_quant *q, int32_t rows, int32_t depth, const int8_t *x,
                                              const int8_t *z, const nn_weight_s8 *w, const int32_t *bias,
                                              const int32_t *multiplier, int8_t *y, int32_t step)
{
    for (; rows >= 4; rows -= 4) {
        int32_t acc[8] = { bias[0], bias[1], bias[2], bias[3], bias[0], bias[1], bias[2], bias[3] };
        w = nn_block4x2_s8(x, z, w, depth, acc);
        for (int32_t i = 0; i < 4; i++) {
            y[i] = nn_requantize_s8(q, acc[i], multiplier[i]);
            y[i + step] = nn_requantize_s8(q, acc[i + 4], multiplier[i]);
        }
        bias += 4;
        multiplier += 4;
        y += 4;
    }
    for (; rows > 0; rows--) {
        int32_t first = *bias, second = *bias;
        (void)nn_row_s8(x, w, depth, &first);
        w = nn_row_s8(z, w, depth, &second);
        y[0] = nn_requantize_s8(q, first, *multiplier);
        y[step] = nn_requantize_s8(q, second, *multiplier);
        bias++;
        multiplier++;
        y++;
    }
    return w;
}

#endif
