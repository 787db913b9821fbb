#ifndef NN_AVERAGEPOOL_HELIUM_S8_H
#define NN_AVERAGEPOOL_HELIUM_S8_H
#include <stdint.h>
#include "nn_average_window_helium_s8.h"
#include "nn_conv_shape.h"
#include "nn_naked.h"
#include "nn_pool_window_helium.h"

/* Mean over windows, each of which has a cell inside of the image: multiplier[count - fewest]. Cells outside add nothing; up to row
 * count_h and column count_w (exclusive) they are counted where include_pad is set. */
NN_ONCE void nn_averagepool_helium_s8(const nn_conv_shape *s, int32_t include_pad, int32_t count_h, int32_t count_w,
                                      const int8_t *x, int32_t input_zero_point, const int32_t *multiplier, int32_t fewest,
                                      int32_t left_shift, int32_t zero_point, int8_t *y)
{
    nn_pool_window_helium window;

    window.channels = s->in_c;
    window.left_shift = left_shift;
    window.zero_point = zero_point;
    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top, left = ox * s->stride_w - s->pad_left;
                nn_pool_window_at(s, x, top, left, &window);
                int32_t count = window.rows * window.columns;
                window.offset = -count * input_zero_point;
                if (include_pad != 0) {
                    count = nn_pool_window_below(top, s->kernel_h, s->dilation_h, count_h)
                            * nn_pool_window_below(left, s->kernel_w, s->dilation_w, count_w);
                }
                window.multiplier = multiplier[count - fewest];
                window.y = y;
                nn_average_window_helium_s8(&window);
                y += s->in_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
