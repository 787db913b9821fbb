#ifndef NN_POW_S32_H
#define NN_POW_S32_H
#include <stdint.h>

/* base^exponent; negative exponents truncate to 0, but (+-1)^e = +-1; what int32_t does not hold is INT32_MIN. */
static inline int32_t nn_pow_s32(int32_t base, int32_t exponent)
{
    const int32_t odd = exponent & 1;
    int64_t power = 1;

    if (base == 1 || base == -1) {
        return (odd != 0) ? base : 1;
    }
    if (exponent < 0) {
        return (base == 0) ? INT32_MIN : 0;
    }
    if (base == 0) {
        return (exponent == 0) ? 1 : 0;
    }
    for (; exponent > 0; exponent--) { /* at most 31 times */
        power *= base;
        if (power > INT32_MAX || power < INT32_MIN) {
            return INT32_MIN;
        }
    }
    return (int32_t)power;
}

#endif
