#ifndef NN_REQUANTIZE_ADDS_WIDE_H
#define NN_REQUANTIZE_ADDS_WIDE_H
#include <stdint.h>
#include "nn_quant.h"

/* acc * multiplier / 2^(32 + left_shift), half up, by additions, one for each bit of acc. zero_point holds half a step
 * as well, and both times 2^left_shift. */
static inline int8_t nn_requantize_adds_wide(const nn_quant *q, int32_t acc, int32_t multiplier)
{
    uint32_t magnitude = (acc < 0) ? 0u - (uint32_t)acc : (uint32_t)acc;
    uint64_t term = (uint64_t)multiplier;
    uint64_t product = 0;
    int32_t code;

    for (; magnitude > 0u; magnitude >>= 1) {
        if ((magnitude & 1u) != 0u) {
            product += term;
        }
        term += term;
    }
    product = (acc < 0) ? UINT64_C(0) - product : product;
    code = ((int32_t)(uint32_t)(product >> 32) + q->zero_point) >> q->left_shift;
    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
