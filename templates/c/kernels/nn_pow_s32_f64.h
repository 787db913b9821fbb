#ifndef NN_POW_S32_F64_H
#define NN_POW_S32_F64_H
#include <math.h>
#include <stdint.h>
#include "nn_pow_s32.h"

/* base^exponent towards zero, exact for whole exponents (pow() of small machines is not); NaN and what int32_t does not
 * hold are INT32_MIN. */
static inline int32_t nn_pow_s32_f64(int32_t base, double exponent)
{
    if (exponent > -2147483648.0 && exponent < 2147483648.0 && (double)(int32_t)exponent == exponent) {
        return nn_pow_s32(base, (int32_t)exponent);
    }
    const double power = pow((double)base, exponent);
    return (power > -2147483648.0 && power < 2147483648.0) ? (int32_t)power : INT32_MIN;
}

#endif
