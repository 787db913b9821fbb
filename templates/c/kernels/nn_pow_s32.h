#ifndef NN_POW_S32_H
#define NN_POW_S32_H
#include <stdint.h>
#include "nn_pow_u32.h"

/* base^exponent modulo 2^32; negative exponents truncate to 0, but (+-1)^e = +-1. */
static inline int32_t nn_pow_s32(int32_t base, int32_t exponent)
{
    if (exponent < 0 && base == -1) {
        return (exponent % 2 != 0) ? -1 : 1;
    }
    return (int32_t)nn_pow_u32((uint32_t)base, exponent);
}

#endif
