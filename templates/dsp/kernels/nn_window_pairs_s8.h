#ifndef NN_WINDOW_PAIRS_S8_H
#define NN_WINDOW_PAIRS_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load4.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* `count` codes of x (a multiple of four), or of `zero` where x is NULL, widened to every other word. Returns the end. */
static inline uint32_t *nn_widen_s8(const int8_t *x, uint32_t zero, int32_t count, uint32_t *to)
{
    for (; count > 0; count -= 4) {
        const uint32_t v = (x == NULL) ? zero : nn_load4(x);
        to[0] = nn_sxtb16(v);
        to[2] = nn_sxtb16_ror8(v);
        x = (x == NULL) ? NULL : x + 4;
        to += 4;
    }
    return to;
}

/* The window at (top, left), also over borders, to every other word. in_c is a multiple of four; no dilation. */
static inline void nn_window_pairs_s8(const nn_conv_shape *s, const int8_t *x, int32_t zero_point, int32_t top,
                                      int32_t left, uint32_t *to)
{
    const uint32_t zero = ((uint32_t)zero_point & 0xFFu) * 0x01010101u;
    const int32_t first = (left < 0) ? -left : 0;
    const int32_t last = (s->in_w - left < s->kernel_w) ? s->in_w - left : s->kernel_w;

    for (int32_t iy = top; iy < top + s->kernel_h; iy++) {
        if (iy < 0 || iy >= s->in_h || first >= last) {
            to = nn_widen_s8(NULL, zero, s->kernel_w * s->in_c, to);
        } else {
            to = nn_widen_s8(NULL, zero, first * s->in_c, to);
            to = nn_widen_s8(x + (iy * s->in_w + left + first) * s->in_c, zero, (last - first) * s->in_c, to);
            to = nn_widen_s8(NULL, zero, (s->kernel_w - last) * s->in_c, to);
        }
    }
}

#endif
