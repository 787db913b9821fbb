#ifndef NN_POW_S64_H
#define NN_POW_S64_H
#include <stdint.h>

/* base^exponent, rounded as a double is; negative exponents truncate to 0, but (+-1)^e = +-1; what int64_t does not hold
 * is INT64_MIN. */
static inline int64_t nn_pow_s64(int64_t base, int32_t exponent)
{
    const int32_t odd = exponent & 1;
    const uint64_t factor = (base < 0) ? 0u - (uint64_t)base : (uint64_t)base;
    uint64_t power = 1u;
    int32_t dropped = 0;

    if (base == 1 || base == -1) {
        return (odd != 0) ? base : 1;
    }
    if (exponent < 0) {
        return (base == 0) ? INT64_MIN : 0;
    }
    if (base == 0) {
        return (exponent == 0) ? 1 : 0;
    }
    for (; exponent > 0; exponent--) { /* at most 63 times */
        if (power > (uint64_t)INT64_MAX / factor) {
            return INT64_MIN;
        }
        power *= factor;
    }
    while ((power >> dropped) >= (UINT64_C(1) << 53)) {
        dropped++;
    }
    if (dropped > 0) { /* the nearest number of 53 bits, of two the even one */
        const uint64_t half = UINT64_C(1) << (dropped - 1);
        const uint64_t even = (power >> dropped) & 1u;
        power = ((power + half - 1u + even) >> dropped) << dropped;
    }
    if (power > (uint64_t)INT64_MAX) {
        return INT64_MIN;
    }
    return (base < 0 && odd != 0) ? -(int64_t)power : (int64_t)power;
}

#endif
