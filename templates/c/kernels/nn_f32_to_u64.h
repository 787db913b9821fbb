#ifndef NN_F32_TO_U64_H
#define NN_F32_TO_U64_H
#include <stdint.h>
#include "nn_f32_to_s64.h"

/* Truncates towards zero; negative numbers count modulo 2^64, large ones saturate, NaN becomes 2^63. */
static inline uint64_t nn_f32_to_u64(float v)
{
    if (!(v >= 0.0f)) {
        return (uint64_t)nn_f32_to_s64(v);
    }
    return (v >= 18446744073709551616.0f) ? UINT64_MAX : (uint64_t)v;
}

#endif
