#ifndef NN_DEPTHWISE2D_A4_S8_H
#define NN_DEPTHWISE2D_A4_S8_H
#include <stddef.h>
#include <stdint.h>
#include "nn_activations.h"
#include "nn_conv_shape.h"
#include "nn_depthwise2d_s8.h"
#include "nn_patch_codes.h"
#include "nn_quant.h"
#include "nn_store_s4.h"
#include "nn_weight_s8.h"

/* nn_depthwise2d_s8 with packed codes: each output pixel is the depthwise convolution of its unpacked window. */
static inline void nn_depthwise2d_a4_s8(const nn_conv_shape *s, const nn_quant *q, const nn_activations *a,
                                        const nn_weight_s8 *w, const int32_t *bias, const int32_t *multiplier,
                                        int32_t *taps)
{
    const nn_conv_shape window = {
        .batch = 1, .in_h = s->kernel_h, .in_w = s->kernel_w, .in_c = s->in_c,
        .out_h = 1, .out_w = 1, .out_c = s->out_c,
        .kernel_h = s->kernel_h, .kernel_w = s->kernel_w,
        .stride_h = 1, .stride_w = 1,
        .dilation_h = 1, .dilation_w = 1,
        .pad_top = 0, .pad_left = 0,
        .groups = s->groups,
    };
    int32_t place = 0;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                int8_t *y = (a->result == NULL) ? (int8_t *)a->y + place : a->result;
                nn_patch_codes(s, a, n, oy * s->stride_h - s->pad_top, ox * s->stride_w - s->pad_left, 0, s->in_c,
                               a->window);
                nn_depthwise2d_s8(&window, q, a->window, a->x_zero_point, w, bias, multiplier, taps, y);
                if (a->result != NULL) {
                    nn_store_s4(a->result, s->out_c, (uint8_t *)a->y, place);
                }
                place += s->out_c;
            }
        }
    }
}

#endif
