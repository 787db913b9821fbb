#ifndef NN_REQUANTIZE_S8_ODD_H
#define NN_REQUANTIZE_S8_ODD_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_scale_even.h"

/* As QuantizeLinear rounds, but ties go to the odd step: an even code where the zero point is odd. scale: see
 * nn_scale_even. */
static inline int8_t nn_requantize_s8_odd(const nn_quant *q, int32_t acc, int32_t scale)
{
    int32_t code = nn_scale_even(acc, scale, q->left_shift, 1) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
