#ifndef NN_AVERAGEPOOL2D_EVEN_S8_H
#define NN_AVERAGEPOOL2D_EVEN_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"

/* Mean over windows that all hold the same number of cells. Cells outside the image add nothing: they are real zeros. */
static inline void nn_averagepool2d_even_s8(const nn_conv_shape *s, const nn_quant *q, const int8_t *x,
                                            int32_t input_zero_point, int32_t multiplier, int8_t *y)
{
    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                for (int32_t c = 0; c < s->in_c; c++) {
                    int32_t sum = 0;
                    int32_t cells = 0;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = top + ky * s->dilation_h;
                        if (iy < 0 || iy >= s->in_h) {
                            continue;
                        }
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = left + kx * s->dilation_w;
                            if (ix >= 0 && ix < s->in_w) {
                                sum += x[((n * s->in_h + iy) * s->in_w + ix) * s->in_c + c];
                                cells++;
                            }
                        }
                    }
                    *y++ = nn_requantize_s8(q, sum - cells * input_zero_point, multiplier);
                }
            }
        }
    }
}

#endif
