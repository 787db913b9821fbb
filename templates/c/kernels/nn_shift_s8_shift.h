#ifndef NN_SHIFT_S8_SHIFT_H
#define NN_SHIFT_S8_SHIFT_H
#include <stdint.h>

/* clamp(zero_point + (acc >> shift)), half to even: acc holds the rounding term, so a tie has nothing below the last
 * bit that stays. */
static inline int8_t nn_shift_s8_shift(int32_t acc, uint8_t shift, int32_t zero_point, int32_t min, int32_t max)
{
    int32_t code = acc >> shift;

    if (shift > 0u && (int32_t)((uint32_t)code << shift) == acc) {
        code -= code & 1;
    }
    code += zero_point;
    code = (code < min) ? min : code;
    code = (code > max) ? max : code;
    return (int8_t)code;
}

#endif
