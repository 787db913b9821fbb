#ifndef NN_MAXPOOL2D_F32_H
#define NN_MAXPOOL2D_F32_H
#include <math.h>
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_conv_shape.h"

/* The first element of a window, then what is greater: NaN stays where it is the first, and is passed over elsewhere. */
static inline void nn_maxpool2d_f32(const nn_conv_shape *s, const float *x, float min, float max, float *y)
{
    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                int32_t iy0 = top;
                int32_t ix0 = left;
                while (iy0 < 0) {
                    iy0 += s->dilation_h;
                }
                while (ix0 < 0) {
                    ix0 += s->dilation_w;
                }
                const int32_t first = ((n * s->in_h + iy0) * s->in_w + ix0) * s->in_c;
                const int inside = iy0 < s->in_h && ix0 < s->in_w;
                for (int32_t c = 0; c < s->in_c; c++) {
                    float best = inside ? x[first + c] : -INFINITY;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = top + ky * s->dilation_h;
                        if (iy < 0 || iy >= s->in_h) {
                            continue;
                        }
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = left + kx * s->dilation_w;
                            if (ix >= 0 && ix < s->in_w) {
                                const float v = x[((n * s->in_h + iy) * s->in_w + ix) * s->in_c + c];
                                best = (v > best) ? v : best;
                            }
                        }
                    }
                    *y++ = nn_clamp_f32(best, min, max);
                }
            }
        }
    }
}

#endif
