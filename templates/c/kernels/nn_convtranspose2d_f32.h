#ifndef NN_CONVTRANSPOSE2D_F32_H
#define NN_CONVTRANSPOSE2D_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_conv_shape.h"

/* 2-D transposed convolution, grouped. w[out_c][kernel_h][kernel_w][in_c / groups], bias[out_c] or NULL.
 * Input pixel i adds to output pixels i * stride + k * dilation - pad, so each output pixel gathers the input pixels
 * for which that division comes out even. */
static inline void nn_convtranspose2d_f32(const nn_conv_shape *s, const float *x, const float *w, const float *bias,
                                          float min, float max, float *y)
{
    const int32_t group_in = s->in_c / s->groups;
    const int32_t group_out = s->out_c / s->groups;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                for (int32_t oc = 0; oc < s->out_c; oc++) {
                    const float *filter = w + oc * s->kernel_h * s->kernel_w * group_in;
                    const int32_t first = (oc / group_out) * group_in;
                    float acc = (bias != 0) ? bias[oc] : 0.0f;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t ty = oy + s->pad_top - ky * s->dilation_h;
                        const int32_t iy = ty / s->stride_h;
                        if (ty < 0 || iy * s->stride_h != ty || iy >= s->in_h) {
                            continue;
                        }
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t tx = ox + s->pad_left - kx * s->dilation_w;
                            const int32_t ix = tx / s->stride_w;
                            if (tx < 0 || ix * s->stride_w != tx || ix >= s->in_w) {
                                continue;
                            }
                            const float *pixel = x + ((n * s->in_h + iy) * s->in_w + ix) * s->in_c + first;
                            const float *tap = filter + (ky * s->kernel_w + kx) * group_in;
                            for (int32_t ic = 0; ic < group_in; ic++) {
                                acc += pixel[ic] * tap[ic];
                            }
                        }
                    }
                    *y++ = nn_clamp_f32(acc, min, max);
                }
            }
        }
    }
}

#endif
