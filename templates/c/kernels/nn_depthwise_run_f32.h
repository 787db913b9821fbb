#ifndef NN_DEPTHWISE_RUN_F32_H
#define NN_DEPTHWISE_RUN_F32_H
#include <stdint.h>
#include "nn_depthwise_taps_f32.h"
#include "nn_once.h"

/* Eight channels at a time, of which each sum begins with its bias and takes one product after the other. */
NN_ONCE void nn_depthwise_run_f32(const nn_depthwise_taps_f32 *run)
{
    float *y = run->y;

    for (int32_t p = 0; p < run->pixels; p++) {
        for (int32_t c = 0; c < run->channels; c += 8) {
            const float *x = run->x + p * (run->step / 4) + c, *bias = run->stream + c / 8 * (run->w_group / 4);
            const int32_t some = (run->channels - c < 8) ? run->channels - c : 8;
            float sums[8];
            for (int32_t i = 0; i < some; i++) {
                sums[i] = bias[i];
            }
            for (int32_t t = 0; t < run->count; t++) {
                const float *from = x + run->taps[2 * t], *w = bias + 8 + run->taps[2 * t + 1];
                for (int32_t i = 0; i < some; i++) {
                    sums[i] += from[i] * w[i];
                }
            }
            for (int32_t i = 0; i < some; i++) {
                *y++ = sums[i];
            }
        }
    }
}

#endif
