#ifndef NN_SCALE_EVEN_H
#define NN_SCALE_EVEN_H
#include <stdint.h>

/* acc * mantissa / 2^(26 + exponent - left_shift) rounded to the nearest whole number, ties to the one of this parity
 * (0: even); scale = mantissa * 32 + exponent. The mantissa is off by at most half: what lies within |acc| of a tie is
 * one. */
static inline int32_t nn_scale_even(int32_t acc, int32_t scale, int32_t left_shift, int32_t parity)
{
    const int32_t shift = 26 + (scale & 31) - left_shift;
    const int64_t error = (acc < 0) ? -(int64_t)acc : (int64_t)acc;
    const int64_t sum = (int64_t)acc * (scale >> 5) + (INT64_C(1) << (shift - 1)) + error;
    const int64_t rest = sum & ((INT64_C(1) << shift) - 1);
    const int32_t step = (int32_t)(sum >> shift);

    return step - ((rest <= 2 * error) ? ((step ^ parity) & 1) : 0);
}

#endif
