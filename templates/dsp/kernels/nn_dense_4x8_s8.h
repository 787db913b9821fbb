#ifndef NN_DENSE_4X8_S8_H
#define NN_DENSE_4X8_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_dense_rows_s8.h"

/* One row of `inputs` codes times weights, `groups` of four outputs and `rest` more. depth: inputs, rounded up to a multiple
 * of eight. w: stream of nn_dense_rows_s8, the rest filled up to a group. copy: `depth` bytes where depth != inputs, else
 * NULL: x is read as it lies. */
static inline void nn_dense_4x8_s8(int32_t groups, int32_t rest, int32_t inputs, int32_t depth, int32_t zero_point,
                                   const int8_t *x, const uint32_t *w, int8_t *copy, int8_t *y)
{
    const uint32_t *end = w + groups * (depth + 8);

    if (copy != NULL) {
        memcpy(copy, x, (size_t)inputs);
        memset(copy + inputs, 0, (size_t)(depth - inputs));
        x = copy;
    }
    if (groups > 0) {
        nn_dense_rows_s8(y, zero_point, end, x, w, x + depth);
    }
    if (rest > 0) {
        int8_t last[4];
        nn_dense_rows_s8(last, zero_point, end + depth + 8, x, end, x + depth);
        memcpy(y + 4 * groups, last, (size_t)rest);
    }
}

#endif
