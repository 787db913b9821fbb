#ifndef NN_DEPTHWISE3X3_S8_H
#define NN_DEPTHWISE3X3_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_depthwise3x3_patch_s8.h"
#include "nn_depthwise3x3_pixel_s8.h"

/* 3x3 depthwise convolution of one image without dilation, any stride, channels in fours, pixel by pixel. w: stream of
 * nn_depthwise3x3_pixel_s8. patch: 9 * part bytes; windows over borders are gathered `part` channels at a time. */
static inline void nn_depthwise3x3_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x, int32_t input_zero_point,
                                      const uint32_t *w, int32_t part, int8_t *patch, int8_t *y)
{
    const uint32_t zero = ((uint32_t)input_zero_point & 0xFFu) * 0x01010101u;
    const uint32_t *w_end = w + s->in_c / 4 * 17;
    const int32_t pitch = s->in_w * s->in_c, next = s->stride_w * s->in_c, right = s->in_w - 3;

    for (int32_t oy = 0; oy < s->out_h; oy++) {
        const int32_t top = oy * s->stride_h - s->pad_top;
        const int32_t most = (top >= 0 && top + 3 <= s->in_h) ? right : -1;
        const int8_t *a = x + top * pitch - s->pad_left * s->in_c;
        int32_t left = -s->pad_left;
        for (int8_t *end = y + s->out_w * s->in_c; y != end; y += s->in_c) {
            if (left >= 0 && left <= most) {
                nn_depthwise3x3_pixel_s8(a, a + pitch, a + 2 * pitch, s->in_c, w, w_end, zero_point, y);
            } else {
                for (int32_t c = 0; c < s->in_c; c += part) {
                    const uint32_t *v = w + c / 4 * 17;
                    nn_depthwise3x3_patch_s8(s, x + c, zero, top, left, part, patch);
                    nn_depthwise3x3_pixel_s8(patch, patch + 3 * part, patch + 6 * part, part, v, v + part / 4 * 17,
                                             zero_point, y + c);
                }
            }
            left += s->stride_w;
            a += next;
        }
    }
}

#endif
