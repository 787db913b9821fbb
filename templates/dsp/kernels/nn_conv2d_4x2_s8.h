#ifndef NN_CONV2D_4X2_S8_H
#define NN_CONV2D_4X2_S8_H
#include <stddef.h>
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_gemm_4x2_s8.h"
#include "nn_next_window.h"
#include "nn_widen2_s8.h"
#include "nn_window_pairs_s8.h"

/* 2-D convolution of one image without groups or dilation, channels in fours: the windows of two pixels, whatever row they
 * are in, are widened row by row of the kernel. w: stream of nn_gemm_4x2_s8. pairs: 4 * kernel_h * kernel_w * in_c bytes. */
static inline void nn_conv2d_4x2_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x, int32_t input_zero_point,
                                    const uint32_t *w, const uint32_t *w_end, uint32_t *pairs, int8_t *y)
{
    const uint32_t *end = pairs + s->kernel_h * s->kernel_w * s->in_c;
    nn_window at = { -s->pad_top, -s->pad_left, 0 };

    for (int32_t pixels = s->out_h * s->out_w; pixels > 0; pixels -= 2) {
        if (at.ox + 1 < s->out_w && at.top >= 0 && at.top + s->kernel_h <= s->in_h && at.left >= 0 &&
            at.left + s->stride_w + s->kernel_w <= s->in_w) {
            const int8_t *a = x + (at.top * s->in_w + at.left) * s->in_c;
            uint32_t *to = pairs;
            for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                to = nn_widen2_s8(a, a + s->stride_w * s->in_c, s->kernel_w * s->in_c, to);
                a += s->in_w * s->in_c;
            }
            nn_next_window(s, &at);
            nn_next_window(s, &at);
        } else {
            for (int32_t i = 0; i < 2 && i < pixels; i++) {
                nn_window_pairs_s8(s, x, input_zero_point, at.top, at.left, pairs + i);
                nn_next_window(s, &at);
            }
        }
        nn_gemm_4x2_s8(y, (pixels > 1) ? s->out_c : 0, w_end, pairs, w, end, zero_point);
        y += 2 * s->out_c;
    }
}

#endif
