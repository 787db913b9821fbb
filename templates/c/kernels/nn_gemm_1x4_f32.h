#ifndef NN_GEMM_1X4_F32_H
#define NN_GEMM_1X4_F32_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_windows_f32.h"

/* The first window times four outputs at a time: sums begin with their bias and take products one after the other. */
NN_ONCE void nn_gemm_1x4_f32(const nn_windows_f32 *windows)
{
    for (int32_t o = 0; o < windows->outputs; o += 4) {
        const float *bias = windows->stream + o / 4 * (windows->w_group / 4), *w = bias + windows->w_first / 4;
        const float *x = windows->x[0];
        float sums[4] = { bias[0], bias[1], bias[2], bias[3] };

        for (int32_t row = 0; row < windows->rows; row++) {
            for (int32_t i = 0; i < windows->count; i++) {
                for (int32_t k = 0; k < 4; k++) {
                    sums[k] += x[i] * w[k];
                }
                w += 4;
            }
            x += windows->count + windows->x_step / 4;
            w += windows->w_step / 4;
        }
        for (int32_t k = 0; k < 4 && o + k < windows->outputs; k++) {
            windows->y[o + k] = (windows->addend != 0) ? sums[k] + windows->addend[o + k] : sums[k];
        }
    }
}

#endif
