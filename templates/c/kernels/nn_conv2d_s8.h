#ifndef NN_CONV2D_S8_H
#define NN_CONV2D_S8_H
#include <stdint.h>
#include "nn_conv2d_part_s8.h"
#include "nn_conv_shape.h"
#include "nn_quant.h"
#include "nn_weight_s8.h"

/* 2-D convolution, grouped. Weights: per group rows [kernel_h][kernel_w][in_c / groups] in blocks of four (see
 * nn_block4_s8); bias holds the input zero point's share. patch: room for two windows, or NULL for 1x1 kernels without
 * padding (the pixel itself is the window). */
static inline void nn_conv2d_s8(const nn_conv_shape *s, const nn_quant *q, const int8_t *x, int32_t input_zero_point,
                                const nn_weight_s8 *w, const int32_t *bias, const int32_t *multiplier, int8_t *patch,
                                int8_t *y)
{
    nn_conv2d_part_s8(s, q, 0, s->groups, s->out_c / s->groups, x, input_zero_point, w, bias, multiplier, patch, y);
}

#endif
