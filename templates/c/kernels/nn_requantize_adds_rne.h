#ifndef NN_REQUANTIZE_ADDS_RNE_H
#define NN_REQUANTIZE_ADDS_RNE_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_scale_even_adds.h"

/* By additions, as QuantizeLinear rounds: half to even, before the zero point is added. scale: see nn_scale_even_adds. */
static inline int8_t nn_requantize_adds_rne(const nn_quant *q, int32_t acc, int32_t scale)
{
    int32_t code = nn_scale_even_adds(acc, scale, q->left_shift, 0) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
