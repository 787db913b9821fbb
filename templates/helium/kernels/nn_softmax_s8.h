#ifndef NN_SOFTMAX_S8_H
#define NN_SOFTMAX_S8_H
#include <stdint.h>
#include "nn_softmax_row_helium_s8.h"

/* Softmax of `length` codes, `stride` apart, output scale 1/256 and zero point -128.
 * exp_table[d] stands for exp(-d * scale); neither the sum nor the numerator leaves uint32. In place is fine. Few codes are not worth
 * the code of vectors. */
static inline void nn_softmax_s8(const int8_t *x, int32_t length, int32_t stride, const uint32_t *exp_table, int8_t *y)
{
    int32_t largest = -128;
    uint32_t sum = 0;

    if (stride == 1 && length >= 32 && length < 256) {
        nn_softmax_row_helium_s8(x, length, exp_table, y);
        return;
    }
    for (int32_t i = 0; i < length; i++) {
        largest = (x[i * stride] > largest) ? x[i * stride] : largest;
    }
    for (int32_t i = 0; i < length; i++) {
        sum += exp_table[largest - x[i * stride]];
    }
    for (int32_t i = 0; i < length; i++) {
        const uint32_t share = (exp_table[largest - x[i * stride]] * 256u + sum / 2u) / sum;
        y[i * stride] = (int8_t)((share > 255u) ? 127 : (int32_t)share - 128);
    }
}

#endif
