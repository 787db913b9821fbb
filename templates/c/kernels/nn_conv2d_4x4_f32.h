#ifndef NN_CONV2D_4X4_F32_H
#define NN_CONV2D_4X4_F32_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_gemm_1x4_f32.h"
#include "nn_gemm_4x4_f32.h"
#include "nn_inside.h"
#include "nn_once.h"
#include "nn_windows_f32.h"

/* 2-D convolution without groups and dilation of columns, read where the input lies. stream: of nn_windows_f32,
 * [kernel_h][kernel_w][in_c] numbers. Of pixels side by side whose windows lie between the left and the right border, four share
 * their weights. addend: a tensor like y, whose place may be that of y, or NULL. */
NN_ONCE void nn_conv2d_4x4_f32(const nn_conv_shape *s, const float *x, const float *stream, const float *addend, float *y)
{
    const int32_t row = s->kernel_w * s->in_c, step = s->stride_w * s->in_c;
    nn_windows_f32 windows = { .stream = stream, .w_group = 16 * (s->kernel_h * row + 1), .y_step = 4 * s->out_c,
                               .outputs = s->out_c };

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            const int32_t ky0 = nn_first_inside(top, s->dilation_h);
            const int32_t rows = nn_end_inside(top, s->dilation_h, s->in_h, s->kernel_h) - ky0;
            for (int32_t ox = 0; ox < s->out_w;) {
                const int32_t left = ox * s->stride_w - s->pad_left;
                const int32_t kx0 = (left < 0) ? -left : 0, end = s->in_w - left;
                const int32_t kx1 = (end < s->kernel_w) ? end : s->kernel_w;
                const int32_t four = (left >= 0 && 3 * s->stride_w + s->kernel_w <= end && ox + 4 <= s->out_w) ? 1 : 0;
                const int32_t seen = (rows > 0 && kx1 > kx0) ? 1 : 0;
                windows.rows = (seen != 0) ? rows : 1;
                windows.count = (seen != 0) ? (kx1 - kx0) * s->in_c : 0;
                windows.x[0] = (seen != 0) ? x + ((top + ky0 * s->dilation_h) * s->in_w + left + kx0) * s->in_c : x;
                windows.w_first = 16 * (ky0 * row + kx0 * s->in_c + 1);
                windows.x_step = 4 * (s->dilation_h * s->in_w * s->in_c - windows.count);
                windows.w_step = 16 * (row - windows.count);
                windows.y = y;
                windows.addend = addend;
                if (four != 0) {
                    windows.x[1] = windows.x[0] + step;
                    windows.x[2] = windows.x[1] + step;
                    windows.x[3] = windows.x[2] + step;
                    nn_gemm_4x4_f32(&windows);
                } else {
                    nn_gemm_1x4_f32(&windows);
                }
                ox += 1 + 3 * four;
                y += (1 + 3 * four) * s->out_c;
                addend = (addend != 0) ? addend + (1 + 3 * four) * s->out_c : addend;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
