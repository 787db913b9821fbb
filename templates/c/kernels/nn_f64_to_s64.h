#ifndef NN_F64_TO_S64_H
#define NN_F64_TO_S64_H
#include <stdint.h>

/* Truncates towards zero and saturates; NaN becomes the smallest number. */
static inline int64_t nn_f64_to_s64(double v)
{
    if (!(v > -9223372036854775808.0)) {
        return INT64_MIN;
    }
    return (v >= 9223372036854775808.0) ? INT64_MAX : (int64_t)v;
}

#endif
