#ifndef NN_SUM_WIDE_S8_H
#define NN_SUM_WIDE_S8_H
#include <stdint.h>

/* clamp(sum >> shift), a tie to the code of this parity: the sum, of coefficients as precise as float32, has up to 62
 * bits. */
static inline int8_t nn_sum_wide_s8(int64_t sum, int32_t shift, int32_t parity, int32_t min, int32_t max)
{
    int64_t code = sum >> shift;

    if (shift > 0 && (int64_t)((uint64_t)code << shift) == sum) {
        code -= ((int32_t)code ^ parity) & 1;
    }
    code = (code < min) ? min : code;
    code = (code > max) ? max : code;
    return (int8_t)code;
}

#endif
