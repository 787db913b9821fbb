#ifndef NN_HARDMAX_F32_H
#define NN_HARDMAX_F32_H
#include <stdint.h>
#include "nn_row_max_f32.h"

/* 1 at the first maximum, 0 elsewhere; n elements, x_step and y_step elements apart. May run in place. */
static inline void nn_hardmax_f32(const float *x, int32_t x_step, int32_t n, float *y, int32_t y_step)
{
    const int32_t best = nn_row_max_f32(x, x_step, n);

    for (int32_t i = 0; i < n; i++) {
        y[i * y_step] = (i == best) ? 1.0f : 0.0f;
    }
}

#endif
