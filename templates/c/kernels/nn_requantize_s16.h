#ifndef NN_REQUANTIZE_S16_H
#define NN_REQUANTIZE_S16_H
#include <stdint.h>
#include "nn_quant.h"

/* clamp(zero_point + round_half_up(acc * multiplier / 2^(32 + left_shift))), 0 < multiplier < 2^31. The upper half of the
 * product is enough: what lies below it is less than half a step. A shift of less than 1 goes into acc, which then fits. */
static inline int16_t nn_requantize_s16(const nn_quant *q, int32_t acc, int32_t multiplier)
{
    const int32_t right = (q->left_shift > 0) ? q->left_shift : 1;
    const int32_t sum = (int32_t)((uint32_t)acc << (right - q->left_shift));
    const int32_t high = (int32_t)(((int64_t)sum * multiplier) >> 32);
    int32_t code = ((high + (INT32_C(1) << (right - 1))) >> right) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int16_t)code;
}

#endif
