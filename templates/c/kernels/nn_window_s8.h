#ifndef NN_WINDOW_S8_H
#define NN_WINDOW_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_steps.h"

/* Gathers the window whose first tap is at row `top`, column `left`, `from` elements after x, into
 * patch[kernel_h][kernel_w][group_in]; taps outside the image get the zero point. */
static inline void nn_window_s8(const nn_conv_steps *s, const int8_t *x, int_fast16_t zero_point, int_fast16_t top,
                                int_fast16_t left, int_fast16_t from, int8_t *patch)
{
    for (int_fast16_t ky = 0; ky < s->kernel_h; ky++) {
        int_fast16_t at = from;
        int_fast16_t ix = left;
        for (int_fast16_t kx = 0; kx < s->kernel_w; kx++) {
            if (top < 0 || top >= s->in_h || ix < 0 || ix >= s->in_w) {
                memset(patch, (int)zero_point, (size_t)s->group_in);
            } else {
                memcpy(patch, x + at, (size_t)s->group_in);
            }
            patch += s->group_in;
            at += s->tap_x;
            ix += s->dilation_w;
        }
        from += s->tap_y;
        top += s->dilation_h;
    }
}

#endif
