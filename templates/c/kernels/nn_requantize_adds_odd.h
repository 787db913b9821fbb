#ifndef NN_REQUANTIZE_ADDS_ODD_H
#define NN_REQUANTIZE_ADDS_ODD_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_scale_even_adds.h"

/* By additions; ties go to the odd step: an even code where the zero point is odd. scale: see nn_scale_even_adds. */
static inline int8_t nn_requantize_adds_odd(const nn_quant *q, int32_t acc, int32_t scale)
{
    int32_t code = nn_scale_even_adds(acc, scale, q->left_shift, 1) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
