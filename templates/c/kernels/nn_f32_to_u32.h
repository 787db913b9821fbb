#ifndef NN_F32_TO_U32_H
#define NN_F32_TO_U32_H
#include <stdint.h>
#include "nn_f32_to_s32.h"

/* Truncates towards zero; negative numbers count modulo 2^32, large ones saturate, NaN becomes 0. */
static inline uint32_t nn_f32_to_u32(float v)
{
    if (v < 0.0f) {
        return (uint32_t)nn_f32_to_s32(v);
    }
    if (!(v > 0.0f)) {
        return 0u;
    }
    return (v >= 4294967296.0f) ? UINT32_MAX : (uint32_t)v;
}

#endif
