#ifndef NN_MAX_ROW_F32_H
#define NN_MAX_ROW_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"

/* Takes a row of an image, width x channels, into the largest numbers of its channels; with the last row the largest of all. NaN
 * stays where it is the first of its channel, and is passed over elsewhere. */
static inline void nn_max_row_f32(int32_t row, int32_t rows, int32_t width, int32_t channels, const float *x, float min,
                                  float max, float *best, float *y)
{
    for (int32_t c = 0; c < channels; c++) {
        float largest = (row == 0) ? x[c] : best[c];
        for (int32_t i = c; i < width * channels; i += channels) {
            largest = (x[i] > largest) ? x[i] : largest;
        }
        best[c] = largest;
    }
    if (row == rows - 1) {
        for (int32_t c = 0; c < channels; c++) {
            y[c] = nn_clamp_f32(best[c], min, max);
        }
    }
}

#endif
