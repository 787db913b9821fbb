#ifndef NN_AVERAGEPOOL2D_F32_H
#define NN_AVERAGEPOOL2D_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_conv_shape.h"

/* Mean over the window, 0 where it has nothing. include_pad: padding counts as zeros, up to row count_h and column count_w (exclusive). */
static inline void nn_averagepool2d_f32(const nn_conv_shape *s, int32_t include_pad, int32_t count_h, int32_t count_w,
                                        const float *x, float min, float max, float *y)
{
    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                for (int32_t c = 0; c < s->in_c; c++) {
                    float sum = 0.0f;
                    int32_t count = 0;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = top + ky * s->dilation_h;
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = left + kx * s->dilation_w;
                            if (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) {
                                sum += x[((n * s->in_h + iy) * s->in_w + ix) * s->in_c + c];
                                count++;
                            } else if (include_pad != 0 && iy < count_h && ix < count_w) {
                                count++;
                            }
                        }
                    }
                    *y++ = nn_clamp_f32(sum / (float)((count > 1) ? count : 1), min, max);
                }
            }
        }
    }
}

#endif
