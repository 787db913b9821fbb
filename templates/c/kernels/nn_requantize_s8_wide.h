#ifndef NN_REQUANTIZE_S8_WIDE_H
#define NN_REQUANTIZE_S8_WIDE_H
#include <stdint.h>
#include "nn_quant.h"

/* A multiplier of up to 31 bits: acc * multiplier / 2^(32 + left_shift), half up. zero_point holds half a
 * step as well, and both times 2^left_shift. */
static inline int8_t nn_requantize_s8_wide(const nn_quant *q, int32_t acc, int32_t multiplier)
{
    int32_t code = ((int32_t)(((int64_t)acc * multiplier) >> 32) + q->zero_point) >> q->left_shift;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
