#ifndef NN_SUM_S16_H
#define NN_SUM_S16_H
#include <stdint.h>

/* clamp(sum >> shift): terms in 2^-shift of a step, the zero point and half a step among them. */
static inline int16_t nn_sum_s16(int64_t sum, int32_t shift, int32_t min, int32_t max)
{
    const int64_t code = sum >> shift;

    return (int16_t)((code < min) ? min : (code > max) ? max : code);
}

#endif
