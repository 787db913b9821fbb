#ifndef NN_WINDOWS_SUMS_F32_H
#define NN_WINDOWS_SUMS_F32_H
#include <stdint.h>
#include "nn_windows_f32.h"

/* y = bias + x . w for the first `count` windows, products one after the other. */
static inline void nn_windows_sums_f32(const nn_windows_f32 *windows, int32_t count)
{
    for (int32_t i = 0; i < count * windows->outputs; i++) {
        const int32_t p = i / windows->outputs, o = i % windows->outputs;
        const float *bias = windows->stream + o / 4 * (windows->w_group / 4) + o % 4;
        const float *x = windows->x[p], *w = bias + windows->w_first / 4;
        float sum = *bias;
        for (int32_t row = 0; row < windows->rows; row++) {
            for (int32_t k = 0; k < windows->count; k++) {
                sum += x[k] * w[4 * k];
            }
            x += windows->count + windows->x_step / 4;
            w += 4 * windows->count + windows->w_step / 4;
        }
        const int32_t to = p * (windows->y_step / 4) + o;
        windows->y[to] = (windows->addend != 0) ? sum + windows->addend[to] : sum;
    }
}

#endif
