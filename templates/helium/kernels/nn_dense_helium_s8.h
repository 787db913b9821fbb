#ifndef NN_DENSE_HELIUM_S8_H
#define NN_DENSE_HELIUM_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_dense_rows_helium_s8.h"
#include "nn_naked.h"

/* One row of `inputs` codes times `rows` rows of weights, the stream of nn_dense_rows_helium_s8. copy: `inputs` rounded up to a
 * multiple of 16 bytes where it is none, else NULL: x is read as it lies. */
NN_ONCE void nn_dense_helium_s8(int32_t inputs, int32_t rows, int32_t zero_point, const int8_t *x, const uint32_t *w, int8_t *copy,
                                int8_t *y)
{
    const int32_t steps = (inputs + 15) / 16;

    if (copy != NULL) {
        memcpy(copy, x, (size_t)inputs);
        memset(copy + inputs, 0, (size_t)(16 * steps - inputs));
        x = copy;
    }
    nn_dense_rows_helium_s8(x, w, steps, y, zero_point, rows);
}

#endif
