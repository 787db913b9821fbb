#ifndef NN_F32_TO_U64_H
#define NN_F32_TO_U64_H
#include <stdint.h>

/* Truncates towards zero and saturates; NaN becomes 0. */
static inline uint64_t nn_f32_to_u64(float v)
{
    if (!(v > 0.0f)) {
        return 0u;
    }
    return (v >= 18446744073709551616.0f) ? UINT64_MAX : (uint64_t)v;
}

#endif
