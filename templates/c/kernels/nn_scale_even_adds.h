#ifndef NN_SCALE_EVEN_ADDS_H
#define NN_SCALE_EVEN_ADDS_H
#include <stdint.h>

/* acc * mantissa / 2^(26 + exponent - left_shift) rounded to the nearest whole number, ties to the one of this parity
 * (0: even), by additions, one for each bit of the mantissa; scale = mantissa * 32 + exponent. What lies within |acc|
 * of a tie is one. */
static inline int32_t nn_scale_even_adds(int32_t acc, int32_t scale, int32_t left_shift, int32_t parity)
{
    const uint8_t shift = (uint8_t)(26 + (scale & 31) - left_shift);
    const uint64_t error = (acc < 0) ? UINT64_C(0) - (uint64_t)acc : (uint64_t)acc;
    const uint64_t half = UINT64_C(1) << (shift - 1);
    uint64_t term = error;
    uint64_t sum = 0;
    uint64_t rest;
    int32_t step;

    for (uint32_t mantissa = (uint32_t)scale >> 5; mantissa > 0u; mantissa >>= 1) {
        if ((mantissa & 1u) != 0u) {
            sum += term;
        }
        term += term;
    }
    sum = ((acc < 0) ? UINT64_C(0) - sum : sum) + half + error;
    rest = sum & (half + half - 1u);
    step = (int32_t)((int64_t)sum >> shift);
    return step - ((rest <= error + error) ? ((step ^ parity) & 1) : 0);
}

#endif
