#ifndef NN_REQUANTIZE_S8_H
#define NN_REQUANTIZE_S8_H
#include <stdint.h>
#include "nn_quant.h"

/* clamp(zero_point + round_half_up(acc * 2^left_shift * multiplier / 2^32)), 0 < multiplier < 2^31.
 * acc * 2^left_shift fits int32: the compiler proves it from the weights. */
static inline int8_t nn_requantize_s8(const nn_quant *q, int32_t acc, int32_t multiplier)
{
    const int32_t shifted = (int32_t)((uint32_t)acc << q->left_shift);
    const int64_t product = (int64_t)shifted * multiplier + INT64_C(0x80000000);
    int32_t code = (int32_t)(product >> 32) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
