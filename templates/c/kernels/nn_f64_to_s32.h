#ifndef NN_F64_TO_S32_H
#define NN_F64_TO_S32_H
#include <stdint.h>

/* Truncates towards zero and saturates; NaN becomes the smallest number. */
static inline int32_t nn_f64_to_s32(double v)
{
    if (!(v > -2147483648.0)) {
        return INT32_MIN;
    }
    return (v >= 2147483648.0) ? INT32_MAX : (int32_t)v;
}

#endif
