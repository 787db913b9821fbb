#ifndef NN_SOFTMAX_EVEN_S8_H
#define NN_SOFTMAX_EVEN_S8_H
#include <stdint.h>
#include "nn_flash.h"

/* Softmax of `length` codes, `stride` apart: zero_point + share * factor / 2^fraction, half to even.
 * exp_table[d], in flash, is exp(-d * scale) * 2^31. In place is fine. */
static inline void nn_softmax_even_s8(const int8_t *x, int32_t length, int32_t stride, const uint32_t *exp_table,
                                      uint32_t factor, int32_t fraction, int32_t zero_point, int8_t *y)
{
    int32_t largest = -128;
    uint64_t sum = 0;

    for (int32_t i = 0; i < length; i++) {
        largest = (x[i * stride] > largest) ? x[i * stride] : largest;
    }
    for (int32_t i = 0; i < length; i++) {
        sum += nn_flash_u32(exp_table + (largest - x[i * stride]));
    }
    for (int32_t i = 0; i < length; i++) {
        const uint64_t product = (uint64_t)nn_flash_u32(exp_table + (largest - x[i * stride])) * factor;
        const uint64_t share = product / sum + (UINT64_C(1) << (fraction - 1));
        int32_t code = (int32_t)(share >> fraction);

        if ((share & ((UINT64_C(1) << fraction) - 1u)) == 0u && product % sum == 0u) {
            code -= code & 1;
        }
        code += zero_point;
        y[i * stride] = (int8_t)((code > 127) ? 127 : code);
    }
}

#endif
