#ifndef NN_DENSE_4X4_F32_H
#define NN_DENSE_4X4_F32_H
#include <stdint.h>
#include <string.h>
#include "nn_gemm_1x4_f32.h"
#include "nn_gemm_4x4_f32.h"
#include "nn_once.h"
#include "nn_windows_f32.h"

/* y[rows][out] = x[rows][in] . w[out][in] + bias[out], four rows at a time, then one. stream: of nn_windows_f32. copy: four rows,
 * so that results may take their place; NULL: they may not. */
NN_ONCE void nn_dense_4x4_f32(int32_t rows, int32_t in, int32_t out, const float *x, const float *stream, float *copy, float *y)
{
    nn_windows_f32 windows = { .stream = stream, .w_first = 16, .rows = 1, .count = in, .w_group = 16 * (in + 1),
                               .y_step = 4 * out, .outputs = out };

    for (int32_t r = 0; r < rows;) {
        const int32_t some = (r + 4 <= rows) ? 4 : 1;
        const float *from = x + r * in;
        if (copy != 0) {
            memcpy(copy, from, (size_t)(some * in) * sizeof(float));
            from = copy;
        }
        for (int32_t i = 0; i < some; i++) {
            windows.x[i] = from + i * in;
        }
        windows.y = y + r * out;
        if (some == 4) {
            nn_gemm_4x4_f32(&windows);
        } else {
            nn_gemm_1x4_f32(&windows);
        }
        r += some;
    }
}

#endif
