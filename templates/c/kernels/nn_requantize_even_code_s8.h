#ifndef NN_REQUANTIZE_EVEN_CODE_S8_H
#define NN_REQUANTIZE_EVEN_CODE_S8_H
#include <stdint.h>
#include "nn_quant.h"
#include "nn_scale_even.h"

/* nn_requantize_s8_rne as onnxruntime's QLinearMul rounds: ties to the even code, after the zero point is added. */
static inline int8_t nn_requantize_even_code_s8(const nn_quant *q, int32_t acc, int32_t scale)
{
    int32_t code = nn_scale_even(acc, scale, q->left_shift, q->zero_point & 1) + q->zero_point;

    code = (code < q->min) ? q->min : code;
    code = (code > q->max) ? q->max : code;
    return (int8_t)code;
}

#endif
