#ifndef NN_REQUANTIZE_S16_S64_H
#define NN_REQUANTIZE_S16_S64_H
#include <stdint.h>
#include "nn_clamp_s64.h"
#include "nn_quant.h"

/* The same for sums of 64 bits, |acc| < 2^62, and for shifts from -31 on: acc * multiplier in two halves; where the scale
 * is a quarter or more, sums beyond 32 bits are clamped whatever they are. */
static inline int16_t nn_requantize_s16_s64(const nn_quant *q, int64_t acc, int32_t multiplier)
{
    int64_t code;

    if (q->left_shift > 0) {
        const int64_t low = (int64_t)(((uint64_t)(uint32_t)acc * (uint32_t)multiplier) >> 32);
        const int64_t high = (acc >> 32) * multiplier + low;
        code = (high + (INT64_C(1) << (q->left_shift - 1))) >> q->left_shift;
    } else {
        const int64_t product = nn_clamp_s64(acc, INT32_MAX) * multiplier;
        code = (product + (INT64_C(1) << (31 + q->left_shift))) >> (32 + q->left_shift);
    }
    code += q->zero_point;
    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int16_t)code;
}

#endif
