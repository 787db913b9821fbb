#ifndef NN_SOFTMAX_S16_H
#define NN_SOFTMAX_S16_H
#include <stdint.h>
#include "nn_exp2_u24.h"

/* Softmax of `length` codes of 16 bits, `stride` apart. multiplier / 2^shift: 2^-20 of an octave for each step of x; numerator:
 * 2^40 over the scale of y. In place is fine. */
static inline void nn_softmax_s16(const int16_t *x, int32_t length, int32_t stride, const uint32_t *powers,
                                  uint32_t multiplier, int32_t shift, uint64_t numerator, int32_t zero_point, int32_t min,
                                  int32_t max, int16_t *y)
{
    int32_t largest = x[0];
    uint64_t sum = 0;

    for (int32_t i = 1; i < length; i++) {
        largest = (x[i * stride] > largest) ? x[i * stride] : largest;
    }
    for (int32_t i = 0; i < length; i++) {
        sum += nn_exp2_u24((uint32_t)(largest - x[i * stride]), multiplier, shift, powers);
    }
    numerator /= sum;
    for (int32_t i = 0; i < length; i++) {
        const uint32_t power = nn_exp2_u24((uint32_t)(largest - x[i * stride]), multiplier, shift, powers);
        int32_t code = (int32_t)((power * numerator + (UINT64_C(1) << 39)) >> 40) + zero_point;
        code = (code < min) ? min : code;
        y[i * stride] = (int16_t)((code > max) ? max : code);
    }
}

#endif
