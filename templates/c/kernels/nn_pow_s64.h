#ifndef NN_POW_S64_H
#define NN_POW_S64_H
#include <stdint.h>
#include "nn_pow_u64.h"

/* base^exponent modulo 2^64; negative exponents truncate to 0, but (+-1)^e = +-1. */
static inline int64_t nn_pow_s64(int64_t base, int32_t exponent)
{
    if (exponent < 0 && base == -1) {
        return (exponent % 2 != 0) ? -1 : 1;
    }
    return (int64_t)nn_pow_u64((uint64_t)base, exponent);
}

#endif
