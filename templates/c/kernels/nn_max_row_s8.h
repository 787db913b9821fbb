#ifndef NN_MAX_ROW_S8_H
#define NN_MAX_ROW_S8_H
#include <stdint.h>

/* Takes a row of an image, width x channels, into the largest codes of its channels; with the last row the largest of all. */
static inline void nn_max_row_s8(int32_t row, int32_t rows, int32_t width, int32_t channels, const int8_t *x, int32_t min,
                                 int32_t max, int8_t *best, int8_t *y)
{
    for (int32_t c = 0; c < channels; c++) {
        int32_t largest = (row == 0) ? min : best[c];
        for (int32_t i = c; i < width * channels; i += channels) {
            largest = (x[i] > largest) ? x[i] : largest;
        }
        best[c] = (int8_t)largest;
    }
    if (row == rows - 1) {
        for (int32_t c = 0; c < channels; c++) {
            y[c] = (int8_t)((best[c] > max) ? max : best[c]);
        }
    }
}

#endif
