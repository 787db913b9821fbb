#ifndef NN_TAPS_ADDS_H
#define NN_TAPS_ADDS_H
#include <stdint.h>
#include "nn_conv_steps.h"

/* The taps of the window whose first one is at row `top`, column `left`, `from` elements after the image: the distance
 * of each in the image, or -1 outside of it. */
static inline void nn_taps_adds(const nn_conv_steps *s, int_fast16_t top, int_fast16_t left, int_fast16_t from,
                                int32_t *taps)
{
    for (int_fast16_t ky = 0; ky < s->kernel_h; ky++) {
        int_fast16_t at = from;
        int_fast16_t ix = left;
        for (int_fast16_t kx = 0; kx < s->kernel_w; kx++) {
            const int_fast16_t inside = (top >= 0 && top < s->in_h && ix >= 0 && ix < s->in_w);
            *taps++ = inside ? (int32_t)at : -1;
            at += s->tap_x;
            ix += s->dilation_w;
        }
        from += s->tap_y;
        top += s->dilation_h;
    }
}

#endif
