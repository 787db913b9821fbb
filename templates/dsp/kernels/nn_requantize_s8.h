#ifndef NN_REQUANTIZE_S8_H
#define NN_REQUANTIZE_S8_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_smmlar.h"
#include "nn_ssat8.h"

/* clamp(zero_point + round_half_up(acc * 2^left_shift * multiplier / 2^32)): SMMLAR and a saturation. */
static inline int8_t nn_requantize_s8(const nn_quant *q, int32_t acc, int32_t multiplier)
{
    int32_t code = nn_smmlar((int32_t)((uint32_t)acc << q->left_shift), multiplier, q->zero_point);

    if (q->min == -128 && q->max == 127) {
        code = nn_ssat8(code);
    } else {
        code = (code < q->min) ? q->min : code;
        code = (code > q->max) ? q->max : code;
    }
    return (int8_t)code;
}

#endif
