#ifndef NN_LOGSOFTMAX_F32_H
#define NN_LOGSOFTMAX_F32_H
#include <math.h>
#include <stdint.h>
#include "nn_row_max_f32.h"

/* y[i] = x[i] - max - log(sum of exp(x - max)); n elements, x_step and y_step elements apart. May run in place. */
static inline void nn_logsoftmax_f32(const float *x, int32_t x_step, int32_t n, float *y, int32_t y_step)
{
    const float max = x[nn_row_max_f32(x, x_step, n) * x_step];
    float sum = 0.0f;

    for (int32_t i = 0; i < n; i++) {
        sum += expf(x[i * x_step] - max);
    }
    sum = logf(sum);
    for (int32_t i = 0; i < n; i++) {
        y[i * y_step] = x[i * x_step] - max - sum;
    }
}

#endif
