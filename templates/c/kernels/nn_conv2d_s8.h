#ifndef NN_CONV2D_S8_H
#define NN_CONV2D_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_patch_s8.h"
#include "nn_quant.h"
#include "nn_rows_s8.h"

/* 2-D convolution, grouped. w[out_c][kernel_h][kernel_w][in_c / groups]; bias holds the input zero point's share.
 * patch: kernel_h * kernel_w * in_c / groups bytes, NULL for 1x1 kernels without padding (the pixel itself is the patch). */
static inline void nn_conv2d_s8(const nn_conv_shape *s, const nn_quant *q, const int8_t *x, int32_t input_zero_point,
                                const int8_t *w, const int32_t *bias, const int32_t *multiplier, int8_t *patch, int8_t *y)
{
    const int32_t group_in = s->in_c / s->groups;
    const int32_t group_out = s->out_c / s->groups;
    const int32_t depth = s->kernel_h * s->kernel_w * group_in;

    for (int32_t n = 0; n < s->batch; n++) {
        const int8_t *image = x + n * s->in_h * s->in_w * s->in_c;
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                for (int32_t g = 0; g < s->groups; g++) {
                    const int8_t *window = patch;
                    if (patch == NULL) {
                        window = image + (top * s->in_w + left) * s->in_c;
                    } else {
                        nn_patch_s8(s, image, input_zero_point, top, left, g * group_in, group_in, patch);
                    }
                    nn_rows_s8(q, group_out, depth, window, w + g * group_out * depth, bias + g * group_out,
                               multiplier + g * group_out, y);
                    y += group_out;
                }
            }
        }
    }
}

#endif
