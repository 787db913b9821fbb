#ifndef NN_ROTARY_F32_H
#define NN_ROTARY_F32_H
#include <stdint.h>

/* Turns `half` pairs of one head's `size` elements: (a, b) -> (a cos - b sin, a sin + b cos). Pair i is elements 2 i
 * and 2 i + 1 when interleaved, else i and half + i. What is left over is copied. */
static inline void nn_rotary_f32(int32_t interleaved, int32_t size, int32_t half, const float *x, const float *cosine,
                                 const float *sine, float *y)
{
    for (int32_t i = 0; i < half; i++) {
        const int32_t first = (interleaved != 0) ? 2 * i : i;
        const int32_t second = (interleaved != 0) ? 2 * i + 1 : half + i;
        const float a = x[first];
        const float b = x[second];

        y[first] = a * cosine[i] - b * sine[i];
        y[second] = a * sine[i] + b * cosine[i];
    }
    for (int32_t i = 2 * half; i < size; i++) {
        y[i] = x[i];
    }
}

#endif
