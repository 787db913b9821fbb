#ifndef NN_F64_TO_U64_H
#define NN_F64_TO_U64_H
#include <stdint.h>

/* Truncates towards zero and saturates; NaN becomes 0. */
static inline uint64_t nn_f64_to_u64(double v)
{
    if (!(v > 0.0)) {
        return 0u;
    }
    return (v >= 18446744073709551616.0) ? UINT64_MAX : (uint64_t)v;
}

#endif
