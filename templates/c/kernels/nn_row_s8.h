#ifndef NN_ROW_S8_H
#define NN_ROW_S8_H
#include <stdint.h>
#include "nn_weight_s8.h"

/* *acc += x[depth] . w[depth]. Returns the end of the row. */
static inline const nn_weight_s8 *nn_row_s8(const int8_t *x, const nn_weight_s8 *w, int32_t depth, int32_t *acc)
{
    int32_t sum = *acc;

    for (int32_t i = 0; i < depth; i++) {
        sum += (int32_t)x[i] * w[i];
    }
    *acc = sum;
    return w + depth;
}

#endif
