#ifndef NN_ROWS2_S8_H
#define NN_ROWS2_S8_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_rows_s8.h"
#include "nn_weight_s8.h"

/* nn_rows_s8 for two inputs, whose results lie `step` apart. There are no registers to share weights in. */
static inline const nn_weight_s8 *nn_rows2_s8(const nn_quant *q, int32_t rows, int32_t depth, const int8_t *x,
                                              const int8_t *z, const nn_weight_s8 *w, const int32_t *bias,
                                              const int32_t *multiplier, int8_t *y, int32_t step)
{
    (void)nn_rows_s8(q, rows, depth, x, w, bias, multiplier, y);
    return nn_rows_s8(q, rows, depth, z, w, bias, multiplier, y + step);
}

#endif
