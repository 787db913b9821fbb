#ifndef NN_DENSE_ADDS_H
#define NN_DENSE_ADDS_H
#include <stdint.h>
#include "nn_adds.h"
#include "nn_rows_adds.h"

/* y[rows][out] from x[rows][in] by additions and shifts alone. */
static inline void nn_dense_adds(const nn_adds *a, int_fast16_t rows, int_fast16_t in, int_fast16_t out,
                                 const int8_t *x, int8_t *y)
{
    for (int_fast16_t r = 0; r < rows; r++) {
        (void)nn_rows_adds(a, 0, out, x, a->lists, y);
        x += in;
        y += out;
    }
}

#endif
