#ifndef NN_CONV2D_INTEGER_H
#define NN_CONV2D_INTEGER_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load8.h"

/* 2-D convolution of 8-bit integers, grouped: y = sum (x - x_zero_point) * w modulo 2^32; padding counts as x_zero_point.
 * w[out_c][kernel_h][kernel_w][in_c / groups] has its zero point taken off. */
static inline void nn_conv2d_integer(const nn_conv_shape *s, const void *x, int32_t x_signed, int32_t x_zero_point,
                                     const int16_t *w, int32_t *y)
{
    const int32_t group_in = s->in_c / s->groups;
    const int32_t group_out = s->out_c / s->groups;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                for (int32_t oc = 0; oc < s->out_c; oc++) {
                    const int16_t *filter = w + oc * s->kernel_h * s->kernel_w * group_in;
                    const int32_t first = (oc / group_out) * group_in;
                    uint32_t acc = 0;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = oy * s->stride_h - s->pad_top + ky * s->dilation_h;
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = ox * s->stride_w - s->pad_left + kx * s->dilation_w;
                            const int32_t pixel = ((n * s->in_h + iy) * s->in_w + ix) * s->in_c + first;
                            const int16_t *tap = filter + (ky * s->kernel_w + kx) * group_in;
                            if (iy < 0 || iy >= s->in_h || ix < 0 || ix >= s->in_w) {
                                continue;
                            }
                            for (int32_t ic = 0; ic < group_in; ic++) {
                                acc += (uint32_t)((nn_load8(x, x_signed, pixel + ic) - x_zero_point) * tap[ic]);
                            }
                        }
                    }
                    *y++ = (int32_t)acc;
                }
            }
        }
    }
}

#endif
