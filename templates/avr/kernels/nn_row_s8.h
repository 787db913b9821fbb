#ifndef NN_ROW_S8_H
#define NN_ROW_S8_H
#include <stdint.h>
#include "nn_flash.h"
#include "nn_weight_s8.h"

/* *acc += x[depth] . w[depth], w in flash. Returns the end of the row. Products of 8 bits are 16 bits wide. */
static inline const nn_weight_s8 *nn_row_s8(const int8_t *x, const nn_weight_s8 *w, int32_t depth, int32_t *acc)
{
    const nn_weight_s8 *const end = w + depth;
    int32_t sum = *acc;

    while (w < end) {
        sum += (int16_t)(*x++ * nn_flash_s8(w++));
    }
    *acc = sum;
    return end;
}

#endif
