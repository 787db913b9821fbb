#ifndef NN_REQUANTIZE_ADDS_H
#define NN_REQUANTIZE_ADDS_H
#include <stdint.h>
#include "nn_quant.h"

/* clamp(zero_point + round_half_up(acc * 2^left_shift * multiplier / 2^32)) by additions, one for each bit of acc: for
 * layers of few outputs whose factor is no power of two, as an average over nine. */
static inline int8_t nn_requantize_adds(const nn_quant *q, int32_t acc, int32_t multiplier)
{
    uint32_t magnitude = (acc < 0) ? 0u - (uint32_t)acc : (uint32_t)acc;
    uint64_t term = (uint64_t)multiplier << q->left_shift;
    uint64_t product = 0;
    int32_t code;

    for (; magnitude > 0u; magnitude >>= 1) {
        if ((magnitude & 1u) != 0u) {
            product += term;
        }
        term += term;
    }
    product = ((acc < 0) ? UINT64_C(0) - product : product) + UINT64_C(0x80000000);
    code = (int32_t)(uint32_t)(product >> 32) + q->zero_point;
    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
