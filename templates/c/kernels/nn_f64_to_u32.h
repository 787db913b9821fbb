#ifndef NN_F64_TO_U32_H
#define NN_F64_TO_U32_H
#include <stdint.h>
#include "nn_f64_to_s32.h"

/* Truncates towards zero; negative numbers count modulo 2^32, large ones saturate, NaN becomes 0. */
static inline uint32_t nn_f64_to_u32(double v)
{
    if (v < 0.0) {
        return (uint32_t)nn_f64_to_s32(v);
    }
    if (!(v > 0.0)) {
        return 0u;
    }
    return (v >= 4294967296.0) ? UINT32_MAX : (uint32_t)v;
}

#endif
