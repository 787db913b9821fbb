#ifndef NN_DEPTHWISE2D_EIGHTS_F32_H
#define NN_DEPTHWISE2D_EIGHTS_F32_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_depthwise9_run_f32.h"
#include "nn_depthwise_run_f32.h"
#include "nn_depthwise_taps_f32.h"
#include "nn_inside.h"
#include "nn_once.h"

/* Depthwise convolution, out_c = in_c. stream: of nn_depthwise_taps_f32. Pixels of a row whose windows lie between the left and the
 * right border are a run. taps: 2 * kernel_h * kernel_w numbers. */
NN_ONCE void nn_depthwise2d_eights_f32(const nn_conv_shape *s, const float *x, const float *stream, int32_t *taps, float *y)
{
    const int32_t all = s->kernel_h * s->kernel_w, width = (s->kernel_w - 1) * s->dilation_w + 1;
    nn_depthwise_taps_f32 run = { .taps = taps, .stream = stream, .channels = s->in_c, .step = 4 * s->stride_w * s->in_c,
                                  .w_group = 32 * (all + 1) };

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            const int32_t ky0 = nn_first_inside(top, s->dilation_h);
            const int32_t ky1 = nn_end_inside(top, s->dilation_h, s->in_h, s->kernel_h);
            for (int32_t ox = 0; ox < s->out_w; ox += run.pixels) {
                const int32_t left = ox * s->stride_w - s->pad_left, room = s->in_w - width - left;
                const int32_t inside = (left >= 0 && room >= 0) ? 1 : 0;
                const int32_t kx0 = (inside != 0) ? 0 : nn_first_inside(left, s->dilation_w);
                const int32_t kx1 = (inside != 0) ? s->kernel_w : nn_end_inside(left, s->dilation_w, s->in_w, s->kernel_w);
                int32_t *to = taps;
                run.pixels = 1;
                if (inside != 0) {
                    const int32_t fit = room / s->stride_w + 1;
                    run.pixels = (fit < s->out_w - ox) ? fit : s->out_w - ox;
                }
                for (int32_t ky = ky0; ky < ky1; ky++) {
                    int32_t from = ((top + ky * s->dilation_h) * s->in_w + left + kx0 * s->dilation_w) * s->in_c;
                    for (int32_t kx = kx0; kx < kx1; kx++) {
                        *to++ = from;
                        *to++ = 8 * (ky * s->kernel_w + kx);
                        from += s->dilation_w * s->in_c;
                    }
                }
                run.count = (int32_t)(to - taps) / 2;
                run.x = x;
                run.y = y;
                if (run.count == 9 && all == 9 && (s->in_c & 7) == 0) {
                    nn_depthwise9_run_f32(&run);
                } else {
                    nn_depthwise_run_f32(&run);
                }
                y += run.pixels * s->in_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
