#ifndef NN_POW_U32_H
#define NN_POW_U32_H
#include <stdint.h>

/* base^exponent modulo 2^32; negative exponents truncate to 0, but 1^e = 1. */
static inline uint32_t nn_pow_u32(uint32_t base, int32_t exponent)
{
    uint32_t result = 1u;
    if (exponent < 0) {
        return (base == 1u) ? 1u : 0u;
    }
    for (; exponent > 0; exponent >>= 1) {
        if ((exponent & 1) != 0) {
            result *= base;
        }
        base *= base;
    }
    return result;
}

#endif
