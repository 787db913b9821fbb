#ifndef NN_MAXPOOL2D_S8_H
#define NN_MAXPOOL2D_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"

/* Maximum over the window; input and output share scale and zero point. */
static inline void nn_maxpool2d_s8(const nn_conv_shape *s, const int8_t *x, int32_t min, int32_t max, int8_t *y)
{
    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                for (int32_t c = 0; c < s->in_c; c++) {
                    const int32_t at = (top * s->in_w + left) * s->in_c + c;
                    int32_t best = min;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = top + ky * s->dilation_h;
                        if (iy < 0 || iy >= s->in_h) {
                            continue;
                        }
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = left + kx * s->dilation_w;
                            if (ix >= 0 && ix < s->in_w) {
                                const int32_t v = x[at + (ky * s->dilation_h * s->in_w + kx * s->dilation_w) * s->in_c];
                                best = (v > best) ? v : best;
                            }
                        }
                    }
                    *y++ = (int8_t)((best > max) ? max : best);
                }
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
