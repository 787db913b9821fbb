#ifndef NN_SUM_S8_H
#define NN_SUM_S8_H
#include <stdint.h>

/* clamp(sum >> shift): a sum that holds the zero points and the rounding. */
static inline int8_t nn_sum_s8(int32_t sum, int32_t shift, int32_t min, int32_t max)
{
    int32_t code = sum >> shift;

    code = (code < min) ? min : code;
    code = (code > max) ? max : code;
    return (int8_t)code;
}

#endif
