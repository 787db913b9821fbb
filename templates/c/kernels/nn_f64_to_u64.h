#ifndef NN_F64_TO_U64_H
#define NN_F64_TO_U64_H
#include <stdint.h>
#include "nn_f64_to_s64.h"

/* Truncates towards zero; negative numbers count modulo 2^64, large ones saturate, NaN becomes 2^63. */
static inline uint64_t nn_f64_to_u64(double v)
{
    if (!(v >= 0.0)) {
        return (uint64_t)nn_f64_to_s64(v);
    }
    return (v >= 18446744073709551616.0) ? UINT64_MAX : (uint64_t)v;
}

#endif
