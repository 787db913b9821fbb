#ifndef NN_MAXPOOL2D_ADDS_H
#define NN_MAXPOOL2D_ADDS_H
#include <stdint.h>
#include "nn_conv_steps.h"

/* Maximum over the window, with addresses by additions; input and output share scale and zero point. */
static inline void nn_maxpool2d_adds(const nn_conv_steps *s, const int8_t *x, int32_t min, int32_t max, int8_t *y)
{
    for (int_fast16_t n = 0; n < s->batch; n++) {
        int_fast16_t row = s->start;
        int_fast16_t top = -s->pad_top;
        for (int_fast16_t oy = 0; oy < s->out_h; oy++) {
            int_fast16_t window = row;
            int_fast16_t left = -s->pad_left;
            for (int_fast16_t ox = 0; ox < s->out_w; ox++) {
                for (int_fast16_t c = 0; c < s->in_c; c++) {
                    int_fast16_t from = window + c;
                    int_fast16_t iy = top;
                    int32_t best = min;
                    for (int_fast16_t ky = 0; ky < s->kernel_h; ky++) {
                        int_fast16_t at = from;
                        int_fast16_t ix = left;
                        for (int_fast16_t kx = 0; kx < s->kernel_w; kx++) {
                            if (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) {
                                best = (x[at] > best) ? x[at] : best;
                            }
                            at += s->tap_x;
                            ix += s->dilation_w;
                        }
                        from += s->tap_y;
                        iy += s->dilation_h;
                    }
                    *y++ = (int8_t)((best > max) ? max : best);
                }
                window += s->step_x;
                left += s->stride_w;
            }
            row += s->step_y;
            top += s->stride_h;
        }
        x += s->image;
    }
}

#endif
