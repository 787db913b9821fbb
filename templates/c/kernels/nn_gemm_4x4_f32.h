#ifndef NN_GEMM_4X4_F32_H
#define NN_GEMM_4X4_F32_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_windows_f32.h"

/* Four windows times four outputs at a time: 16 sums of which each begins with its bias and takes products one after the other. */
NN_ONCE void nn_gemm_4x4_f32(const nn_windows_f32 *windows)
{
    for (int32_t o = 0; o < windows->outputs; o += 4) {
        const float *bias = windows->stream + o / 4 * (windows->w_group / 4), *w = bias + windows->w_first / 4;
        const float *a = windows->x[0], *b = windows->x[1], *c = windows->x[2], *d = windows->x[3];
        const int32_t some = (windows->outputs - o < 4) ? windows->outputs - o : 4;
        float sums[4][4];

        for (int32_t i = 0; i < 16; i++) {
            sums[i / 4][i % 4] = bias[i % 4];
        }
        for (int32_t row = 0; row < windows->rows; row++) {
            for (int32_t i = 0; i < windows->count; i++) {
                for (int32_t k = 0; k < 4; k++) {
                    sums[0][k] += a[i] * w[k];
                    sums[1][k] += b[i] * w[k];
                    sums[2][k] += c[i] * w[k];
                    sums[3][k] += d[i] * w[k];
                }
                w += 4;
            }
            const int32_t next = windows->count + windows->x_step / 4;
            a += next;
            b += next;
            c += next;
            d += next;
            w += windows->w_step / 4;
        }
        for (int32_t i = 0; i < 4 * some; i++) {
            const int32_t to = i / some * (windows->y_step / 4) + o + i % some;
            const float sum = sums[i / some][i % some];
            windows->y[to] = (windows->addend != 0) ? sum + windows->addend[to] : sum;
        }
    }
}

#endif
