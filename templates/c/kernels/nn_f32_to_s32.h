#ifndef NN_F32_TO_S32_H
#define NN_F32_TO_S32_H
#include <stdint.h>

/* Truncates towards zero and saturates; NaN becomes the smallest number. */
static inline int32_t nn_f32_to_s32(float v)
{
    if (!(v > -2147483648.0f)) {
        return INT32_MIN;
    }
    return (v >= 2147483648.0f) ? INT32_MAX : (int32_t)v;
}

#endif
