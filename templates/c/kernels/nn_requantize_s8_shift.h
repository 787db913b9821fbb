#ifndef NN_REQUANTIZE_S8_SHIFT_H
#define NN_REQUANTIZE_S8_SHIFT_H
#include <stdint.h>
#include "nn_quant.h"

/* For a scale of 2^-shift, 0 < shift < 31, as QuantizeLinear rounds: half to even, before the zero point
 * is added. */
static inline int8_t nn_requantize_s8_shift(const nn_quant *q, int32_t acc, int32_t shift)
{
    int32_t code = ((acc + ((acc >> shift) & 1) + ((INT32_C(1) << (shift - 1)) - 1)) >> shift) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
