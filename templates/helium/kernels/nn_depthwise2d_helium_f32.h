#ifndef NN_DEPTHWISE2D_HELIUM_F32_H
#define NN_DEPTHWISE2D_HELIUM_F32_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_depthwise_taps.h"
#include "nn_depthwise_taps_helium.h"
#include "nn_depthwise_taps_helium_f32.h"
#include "nn_naked.h"

/* Depthwise convolution, out_c = in_c. w[kernel_h][kernel_w][out_c], then bias[out_c]. Pixels of a row whose windows lie inside of the
 * image are a run. taps: 3 * kernel_h * kernel_w numbers. */
NN_ONCE void nn_depthwise2d_helium_f32(const nn_conv_shape *s, const float *x, const float *w, float min, float max, int32_t *taps,
                                       float *y)
{
    const int32_t all = s->kernel_h * s->kernel_w, width = (s->kernel_w - 1) * s->dilation_w + 1;
    nn_depthwise_taps_helium run = { .taps = taps, .channels = s->in_c, .w = w, .step = 4 * s->stride_w * s->in_c,
                                     .bias = 4 * all * s->in_c, .min = min, .max = max };

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox += run.pixels) {
                run.count = nn_depthwise_taps(s, oy, ox, taps, taps + 2 * all);
                run.pixels = 1;
                if (run.count == all) {
                    const int32_t fit = (s->in_w + s->pad_left - width - ox * s->stride_w) / s->stride_w + 1;
                    run.pixels = (fit < s->out_w - ox) ? fit : s->out_w - ox;
                }
                run.x = x;
                run.y = y;
                nn_depthwise_taps_helium_f32(&run);
                y += run.pixels * s->in_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
