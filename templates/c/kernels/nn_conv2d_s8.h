#ifndef NN_CONV2D_S8_H
#define NN_CONV2D_S8_H
#include <stddef.h>
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_patch_s8.h"
#include "nn_quant.h"
#include "nn_rows2_s8.h"
#include "nn_rows_s8.h"

/* 2-D convolution, grouped, two output pixels at a time. Weights: per group rows [kernel_h][kernel_w][in_c / groups] in blocks of
 * four (see nn_block4_s8); bias holds the input zero point's share. patch: room for two windows, or NULL for 1x1
 * kernels without padding (the pixel itself is the window). */
static inline void nn_conv2d_s8(const nn_conv_shape *s, const nn_quant *q, const int8_t *x, int32_t input_zero_point,
                                const int8_t *w, const int32_t *bias, const int32_t *multiplier, int8_t *patch, int8_t *y)
{
    const int32_t in = s->in_c / s->groups;
    const int32_t out = s->out_c / s->groups;
    const int32_t depth = s->kernel_h * s->kernel_w * in;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            for (int32_t ox = 0; ox < s->out_w; ox += 2) {
                const int32_t left = ox * s->stride_w - s->pad_left;
                const int32_t both = (ox + 1 < s->out_w);
                for (int32_t g = 0; g < s->groups; g++) {
                    const int8_t *window = patch;
                    int32_t next = depth;
                    if (patch == NULL) {
                        window = x + (top * s->in_w + left) * s->in_c;
                        next = s->stride_w * s->in_c;
                    } else {
                        nn_patch_s8(s, x, input_zero_point, top, left, g * in, in, patch);
                        if (both) {
                            nn_patch_s8(s, x, input_zero_point, top, left + s->stride_w, g * in, in, patch + depth);
                        }
                    }
                    if (both) {
                        nn_rows2_s8(q, out, depth, window, window + next, w + g * out * depth, bias + g * out,
                                    multiplier + g * out, y + g * out, s->out_c);
                    } else {
                        nn_rows_s8(q, out, depth, window, w + g * out * depth, bias + g * out, multiplier + g * out,
                                   y + g * out);
                    }
                }
                y += both ? 2 * s->out_c : s->out_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
