#ifndef NN_REQUANTIZE_ADDS_RNE_H
#define NN_REQUANTIZE_ADDS_RNE_H
#include <stdint.h>
#include "nn_quant.h"

/* nn_requantize_s8_rne by additions, one for each bit of the mantissa. */
static inline int8_t nn_requantize_adds_rne(const nn_quant *q, int32_t acc, int32_t scale)
{
    const uint8_t shift = (uint8_t)(26 + (scale & 31) - q->left_shift);
    const uint64_t error = (acc < 0) ? UINT64_C(0) - (uint64_t)acc : (uint64_t)acc;
    const uint64_t half = UINT64_C(1) << (shift - 1);
    uint64_t term = error;
    uint64_t sum = 0;
    uint64_t rest;
    int32_t code;

    for (uint32_t mantissa = (uint32_t)scale >> 5; mantissa > 0u; mantissa >>= 1) {
        if ((mantissa & 1u) != 0u) {
            sum += term;
        }
        term += term;
    }
    sum = ((acc < 0) ? UINT64_C(0) - sum : sum) + half + error;
    rest = sum & (half + half - 1u);
    code = (int32_t)((int64_t)sum >> shift);
    code -= (rest <= error + error) ? (code & 1) : 0;
    code += q->zero_point;
    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
