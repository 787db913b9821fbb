#ifndef NN_REQUANTIZE_S8_FINE_H
#define NN_REQUANTIZE_S8_FINE_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_scale_even.h"

/* Half to even where the bias has a fraction of a step: acc = fraction * 2^(31 - bits) + sum, bits = left_shift,
 * |sum| < 2^(30 - bits), |fraction| <= 2^(bits - 1). scale: of 2^-bits of a step, see nn_scale_even. */
static inline int8_t nn_requantize_s8_fine(const nn_quant *q, int32_t acc, int32_t scale)
{
    const int32_t bits = q->left_shift;
    const int32_t fraction = (acc + (INT32_C(1) << (30 - bits))) >> (31 - bits);
    const int32_t sum = acc - fraction * (INT32_C(1) << (31 - bits));
    int32_t code = nn_scale_even(sum * (INT32_C(1) << bits) + fraction, scale, 0, 0) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
