#ifndef NN_REQUANTIZE_S8_RNE_H
#define NN_REQUANTIZE_S8_RNE_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_scale_even.h"

/* As QuantizeLinear rounds: half to even, before the zero point is added. scale: see nn_scale_even. */
static inline int8_t nn_requantize_s8_rne(const nn_quant *q, int32_t acc, int32_t scale)
{
    int32_t code = nn_scale_even(acc, scale, q->left_shift, 0) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
