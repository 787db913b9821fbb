#ifndef NN_POW_S64_F64_H
#define NN_POW_S64_F64_H
#include <math.h>
#include <stdint.h>
#include "nn_pow_s64.h"

/* base^exponent towards zero, exact for whole exponents (pow() of small machines is not); NaN and what int64_t does not
 * hold are INT64_MIN. */
static inline int64_t nn_pow_s64_f64(int64_t base, double exponent)
{
    if (exponent > -2147483648.0 && exponent < 2147483648.0 && (double)(int32_t)exponent == exponent) {
        return nn_pow_s64(base, (int32_t)exponent);
    }
    const double power = pow((double)base, exponent);
    return (power > -9223372036854775808.0 && power < 9223372036854775808.0) ? (int64_t)power : INT64_MIN;
}

#endif
