#ifndef NN_SUM_EVEN_S8_H
#define NN_SUM_EVEN_S8_H
#include <stdint.h>

/* clamp(sum >> shift): a sum that holds the zero points and the rounding; a tie goes to the code of this parity. */
static inline int8_t nn_sum_even_s8(int32_t sum, int32_t shift, int32_t parity, int32_t min, int32_t max)
{
    int32_t code = sum >> shift;

    if (shift > 0 && (int32_t)((uint32_t)code << shift) == sum) {
        code -= (code ^ parity) & 1;
    }
    code = (code < min) ? min : code;
    code = (code > max) ? max : code;
    return (int8_t)code;
}

#endif
