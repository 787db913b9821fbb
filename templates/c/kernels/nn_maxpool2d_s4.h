#ifndef NN_MAXPOOL2D_S4_H
#define NN_MAXPOOL2D_S4_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_get_s4.h"
#include "nn_put_s4.h"

/* Maximum over the window of packed codes (see nn_get_s4); input and output share scale and zero point. */
static inline void nn_maxpool2d_s4(const nn_conv_shape *s, const uint8_t *x, int32_t min, int32_t max, uint8_t *y)
{
    int32_t place = 0;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                for (int32_t c = 0; c < s->in_c; c++) {
                    int32_t best = min;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = top + ky * s->dilation_h;
                        if (iy < 0 || iy >= s->in_h) {
                            continue;
                        }
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = left + kx * s->dilation_w;
                            if (ix >= 0 && ix < s->in_w) {
                                const int32_t v = nn_get_s4(x, ((n * s->in_h + iy) * s->in_w + ix) * s->in_c + c);
                                best = (v > best) ? v : best;
                            }
                        }
                    }
                    nn_put_s4(y, place++, (best > max) ? max : best);
                }
            }
        }
    }
}

#endif
