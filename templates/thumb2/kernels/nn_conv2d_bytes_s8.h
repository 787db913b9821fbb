#ifndef NN_CONV2D_BYTES_S8_H
#define NN_CONV2D_BYTES_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_gemm_bytes_s8.h"
#include "nn_once.h"
#include "nn_patch_s8.h"
#include "nn_windows_bytes_s8.h"

/* 2-D convolution without groups, two pixels at a time, whatever row they are in; both windows are gathered before either result is
 * written. stream: of nn_windows_bytes_s8. patch: two windows of `depth` codes, which is a multiple of four. */
NN_ONCE void nn_conv2d_bytes_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x, int32_t input_zero_point,
                                const uint32_t *stream, int32_t depth, int8_t *patch, int8_t *y)
{
    const int32_t row = s->kernel_w * s->in_c, pitch = s->in_w * s->in_c, together = (s->dilation_w == 1) ? 1 : 0;
    const int32_t lowest = s->in_h - 1 - (s->kernel_h - 1) * s->dilation_h;
    nn_windows_bytes_s8 windows = { .a = patch, .stream = stream, .groups = s->out_c / 4, .a_end = patch + depth,
                                    .zero_point = zero_point, .odd = (depth / 4) & 1 };

    for (int32_t n = 0; n < s->batch; n++) {
        int32_t top = -s->pad_top, left = -s->pad_left, ox = 0;
        for (int32_t pixels = s->out_h * s->out_w; pixels > 0; pixels -= 2) {
            const int32_t second = (pixels > 1) ? 1 : 0;
            for (int32_t i = 0; i <= second; i++) {
                const int32_t inside = (top >= 0 && left >= 0 && left + s->kernel_w <= s->in_w && top <= lowest) ? together : 0;
                int8_t *to = patch + i * depth;
                if (inside != 0) {
                    const int8_t *from = x + top * pitch + left * s->in_c;
                    for (int32_t ky = s->kernel_h; ky > 0; ky--) {
                        memcpy(to, from, (size_t)row);
                        to += row;
                        from += s->dilation_h * pitch;
                    }
                } else {
                    nn_patch_s8(s, x, input_zero_point, top, left, 0, s->in_c, to);
                }
                left += s->stride_w;
                ox++;
                if (ox == s->out_w) {
                    ox = 0;
                    left = -s->pad_left;
                    top += s->stride_h;
                }
            }
            windows.b = patch + second * depth;
            windows.y0 = y;
            windows.y1 = y + second * s->out_c;
            nn_gemm_bytes_s8(&windows);
            y += (1 + second) * s->out_c;
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
