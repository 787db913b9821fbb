#ifndef NN_F32_TO_S64_H
#define NN_F32_TO_S64_H
#include <stdint.h>

/* Truncates towards zero and saturates; NaN becomes the smallest number. */
static inline int64_t nn_f32_to_s64(float v)
{
    if (!(v > -9223372036854775808.0f)) {
        return INT64_MIN;
    }
    return (v >= 9223372036854775808.0f) ? INT64_MAX : (int64_t)v;
}

#endif
