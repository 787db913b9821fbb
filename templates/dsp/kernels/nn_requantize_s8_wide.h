#ifndef NN_REQUANTIZE_S8_WIDE_H
#define NN_REQUANTIZE_S8_WIDE_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_smmla.h"
#include "nn_ssat8.h"

/* acc * multiplier / 2^(32 + left_shift), half up: SMMLA, a shift and a saturation. zero_point holds half a step as well,
 * and both times 2^left_shift. */
static inline int8_t nn_requantize_s8_wide(const nn_quant *q, int32_t acc, int32_t multiplier)
{
    int32_t code = nn_smmla(acc, multiplier, q->zero_point) >> q->left_shift;

    if (q->min == -128 && q->max == 127) {
        code = nn_ssat8(code);
    } else {
        code = (code < q->min) ? q->min : code;
        code = (code > q->max) ? q->max : code;
    }
    return (int8_t)code;
}

#endif
