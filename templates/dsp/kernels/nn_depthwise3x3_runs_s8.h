#ifndef NN_DEPTHWISE3X3_RUNS_S8_H
#define NN_DEPTHWISE3X3_RUNS_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_depthwise3x3_patch_s8.h"
#include "nn_depthwise3x3_run_s8.h"
#include "nn_simd.h"

/* 3x3 depthwise convolution of one image without dilation, any stride, channels in fours, row by row: four channels of a row
 * of the output before the next four. Rows above and below the image are read from three pixels of zero points, columns
 * beside it are gathered. w: 17 words for each four channels as in nn_depthwise3x3_pixel_s8. zeros: 2 * in_c + 4 bytes, then 36. */
static inline void nn_depthwise3x3_runs_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x,
                                           int32_t input_zero_point, const uint32_t *w, int8_t *zeros, int8_t *y)
{
    const uint32_t zero = ((uint32_t)input_zero_point & 0xFFu) * 0x01010101u;
    const int32_t pitch = s->in_w * s->in_c, still[3] = { 0, 0, 0 };
    /* Columns first .. last - 1 of the output have windows that lie between the left and the right border. */
    const int32_t first = (s->pad_left + s->stride_w - 1) / s->stride_w, room = s->in_w + s->pad_left - 3;
    const int32_t fits = (room < 0) ? 0 : room / s->stride_w + 1, last = (fits < s->out_w) ? fits : s->out_w;
    int8_t *patch = zeros + 2 * s->in_c + 4;

    memset(zeros, (int)input_zero_point, (size_t)(2 * s->in_c + 4));
    for (int32_t oy = 0; oy < s->out_h; oy++) {
        const int32_t top = oy * s->stride_h - s->pad_top, left = first * s->stride_w - s->pad_left;
        const int8_t *rows[3];
        int32_t next[3];
        for (int32_t ky = 0; ky < 3; ky++) {
            const int32_t inside = (top + ky >= 0 && top + ky < s->in_h) ? 1 : 0;
            rows[ky] = inside ? x + (top + ky) * pitch + left * s->in_c : zeros;
            next[ky] = inside ? s->stride_w * s->in_c : 0;
        }
        for (int32_t c = 0; c < s->in_c; c += 4) {
            const uint32_t *stream = w + c / 4 * 17;
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                int8_t *to = y + ox * s->in_c + c;
                if (ox == first && first < last) {
                    nn_depthwise3x3_run_s8(rows[0] + (next[0] != 0 ? c : 0), rows[1] + (next[1] != 0 ? c : 0),
                                           rows[2] + (next[2] != 0 ? c : 0), s->in_c, next, stream, zero_point, to, s->in_c,
                                           y + last * s->in_c + c);
                    ox = last - 1;
                } else {
                    nn_depthwise3x3_patch_s8(s, x + c, zero, top, ox * s->stride_w - s->pad_left, 4, patch);
                    nn_depthwise3x3_run_s8(patch, patch + 12, patch + 24, 4, still, stream, zero_point, to, 1, to + 1);
                }
            }
        }
        y += s->out_w * s->in_c;
    }
}

#endif
