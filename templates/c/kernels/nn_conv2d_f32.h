#ifndef NN_CONV2D_F32_H
#define NN_CONV2D_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_conv_shape.h"
#include "nn_dot_f32.h"
#include "nn_inside.h"

/* 2-D convolution, grouped. w[out_c][kernel_h][kernel_w][in_c / groups], bias[out_c] or NULL.
 * y may start below x as far as the memory plan allows: each output pixel reads before it writes the pixels it needs. */
static inline void nn_conv2d_f32(const nn_conv_shape *s, const float *x, const float *w, const float *bias,
                                 float min, float max, float *y)
{
    const int32_t in = s->in_c / s->groups;
    const int32_t out = s->out_c / s->groups;
    /* Neighbouring taps of a row lie together: one dot product takes them all. */
    const int32_t together = (s->groups == 1 && s->dilation_w == 1);

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            const int32_t ky0 = nn_first_inside(top, s->dilation_h);
            const int32_t ky1 = nn_end_inside(top, s->dilation_h, s->in_h, s->kernel_h);
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t left = ox * s->stride_w - s->pad_left;
                const int32_t kx0 = nn_first_inside(left, s->dilation_w);
                const int32_t kx1 = nn_end_inside(left, s->dilation_w, s->in_w, s->kernel_w);
                for (int32_t oc = 0; oc < s->out_c; oc++) {
                    const float *filter = w + oc * s->kernel_h * s->kernel_w * in;
                    const float *image = x + (oc / out) * in;
                    float acc = (bias != 0) ? bias[oc] : 0.0f;
                    for (int32_t ky = ky0; ky < ky1; ky++) {
                        const int32_t row = (top + ky * s->dilation_h) * s->in_w;
                        for (int32_t kx = kx0; kx < kx1; kx++) {
                            const float *pixel = image + (row + left + kx * s->dilation_w) * s->in_c;
                            const float *tap = filter + (ky * s->kernel_w + kx) * in;
                            acc += nn_dot_f32(pixel, tap, together ? (kx1 - kx0) * in : in);
                            if (together) {
                                break;
                            }
                        }
                    }
                    *y++ = nn_clamp_f32(acc, min, max);
                }
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
