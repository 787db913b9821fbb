#ifndef NN_DYNAMIC_QUANTIZE_LINEAR_H
#define NN_DYNAMIC_QUANTIZE_LINEAR_H
#include <math.h>
#include <stdint.h>
#include "nn_quantize_f32.h"

/* uint8 codes of x[size] over its own range, which is widened to contain 0. Results that are not wanted are NULL. */
static inline void nn_dynamic_quantize_linear(int32_t size, const float *x, uint8_t *y, float *scale,
                                              uint8_t *zero_point)
{
    float min = 0.0f;
    float max = 0.0f;
    for (int32_t i = 0; i < size; i++) {
        min = (x[i] < min) ? x[i] : min;
        max = (x[i] > max) ? x[i] : max;
    }
    const float step = (max > min) ? (max - min) / 255.0f : 1.0f;
    const int32_t zero = (min == -INFINITY) ? 255 : nn_quantize_f32(-min, step, 0, 0, 255);

    for (int32_t i = 0; i < size && y != 0; i++) {
        y[i] = (uint8_t)nn_quantize_f32(x[i], step, zero, 0, 255);
    }
    if (scale != 0) {
        *scale = step;
    }
    if (zero_point != 0) {
        *zero_point = (uint8_t)zero;
    }
}

#endif
