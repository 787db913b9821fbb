#ifndef NN_SHIFT_S8_H
#define NN_SHIFT_S8_H
#include <stdint.h>

/* clamp(zero_point + (acc >> shift)): half up, as acc holds the rounding term. */
static inline int8_t nn_shift_s8(int32_t acc, uint8_t shift, int32_t zero_point, int32_t min, int32_t max)
{
    int32_t code = (acc >> shift) + zero_point;

    code = (code < min) ? min : code;
    code = (code > max) ? max : code;
    return (int8_t)code;
}

#endif
