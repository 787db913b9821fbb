#ifndef NN_MEAN_ROW_F32_H
#define NN_MEAN_ROW_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"

/* Adds a row of an image, width x channels, to the sums of its channels; with the last row the mean of all. */
static inline void nn_mean_row_f32(int32_t row, int32_t rows, int32_t width, int32_t channels, const float *x, float min,
                                   float max, float *sums, float *y)
{
    for (int32_t c = 0; c < channels; c++) {
        float sum = (row == 0) ? 0.0f : sums[c];
        for (int32_t i = c; i < width * channels; i += channels) {
            sum += x[i];
        }
        sums[c] = sum;
    }
    if (row == rows - 1) {
        for (int32_t c = 0; c < channels; c++) {
            y[c] = nn_clamp_f32(sums[c] / (float)(rows * width), min, max);
        }
    }
}

#endif
