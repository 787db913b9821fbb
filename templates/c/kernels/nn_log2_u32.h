#ifndef NN_LOG2_U32_H
#define NN_LOG2_U32_H
#include <stdint.h>

/* log2(x) in steps of 2^-digits, rounded down as every square is; x is not 0.
 * The mantissa, 2^30 .. 2^31, is squared: where that gives 2 or more the next digit is 1. */
static inline int32_t nn_log2_u32(uint32_t x, int32_t digits)
{
    int32_t result = 31;

    while ((x & 0x80000000u) == 0u) {
        x <<= 1;
        result--;
    }
    x >>= 1;
    for (int32_t bit = 0; bit < digits; bit++) {
        const uint32_t square = (uint32_t)(((uint64_t)x * x) >> 30);
        const uint32_t digit = square >> 31;
        result = result * 2 + (int32_t)digit;
        x = square >> digit;
    }
    return result;
}

#endif
