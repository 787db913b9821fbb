#ifndef NN_DENSE_S8_H
#define NN_DENSE_S8_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_rows_s8.h"
#include "nn_weight_s8.h"

/* y[rows][out] = requantize(x[rows][in] . w[out][in] + bias[out]); bias holds the input zero point's share. */
static inline void nn_dense_s8(const nn_quant *q, int32_t rows, int32_t in, int32_t out, const int8_t *x,
                               const nn_weight_s8 *w, const int32_t *bias, const int32_t *multiplier, int8_t *y)
{
    for (int32_t r = 0; r < rows; r++) {
        (void)nn_rows_s8(q, out, in, x + r * in, w, bias, multiplier, y + r * out);
    }
}

#endif
