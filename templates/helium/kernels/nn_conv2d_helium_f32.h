#ifndef NN_CONV2D_HELIUM_F32_H
#define NN_CONV2D_HELIUM_F32_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_inside.h"
#include "nn_naked.h"
#include "nn_windows_helium.h"
#include "nn_windows_helium_f32.h"

/* 2-D convolution without groups and dilation of columns. stream: of nn_windows_helium_f32, [kernel_h][kernel_w][in_c] numbers. Of pixels
 * side by side whose windows lie between the left and the right border, two share their weights. */
NN_ONCE void nn_conv2d_helium_f32(const nn_conv_shape *s, const float *x, const float *stream, float min, float max, float *y)
{
    const int32_t row = s->kernel_w * s->in_c;
    nn_windows_helium windows;

    windows.min = min;
    windows.max = max;
    windows.w_group = 32 * (s->kernel_h * row + 1);
    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            const int32_t ky0 = nn_first_inside(top, s->dilation_h);
            const int32_t rows = nn_end_inside(top, s->dilation_h, s->in_h, s->kernel_h) - ky0;
            for (int32_t ox = 0; ox < s->out_w;) {
                const int32_t left = ox * s->stride_w - s->pad_left, next = left + s->stride_w;
                const int32_t kx0 = nn_first_inside(left, 1), kx1 = nn_end_inside(left, 1, s->in_w, s->kernel_w);
                const int32_t two = (left >= 0 && next + s->kernel_w <= s->in_w && ox + 1 < s->out_w) ? 1 : 0;
                const int32_t seen = (rows > 0 && kx1 > kx0) ? 1 : 0;
                windows.rows = (seen != 0) ? rows : 1;
                windows.count = (seen != 0) ? (kx1 - kx0) * s->in_c : 0;
                windows.x0 = (seen != 0) ? x + ((top + ky0 * s->dilation_h) * s->in_w + left + kx0) * s->in_c : x;
                windows.x1 = windows.x0 + two * s->stride_w * s->in_c;
                windows.stream = stream;
                windows.w_first = 32 * (ky0 * row + kx0 * s->in_c);
                windows.x_step = 4 * (s->dilation_h * s->in_w * s->in_c - windows.count);
                windows.w_step = 32 * (row - windows.count);
                windows.outputs = s->out_c;
                windows.y0 = y;
                windows.y1 = y + two * s->out_c;
                nn_windows_helium_f32(&windows);
                ox += 1 + two;
                y += (1 + two) * s->out_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
