#ifndef NN_DEPTHWISE2D_S8_H
#define NN_DEPTHWISE2D_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"

/* Depthwise 2-D convolution, out_c = in_c * multiplier channels. w[kernel_h][kernel_w][out_c].
 * Taps outside the image add the zero point times the weight, as if it were padded. */
static inline void nn_depthwise2d_s8(const nn_conv_shape *s, const nn_quant *q, const int8_t *x, int32_t input_zero_point,
                                     const int8_t *w, const int32_t *bias, const int32_t *multiplier, int8_t *y)
{
    const int32_t per_channel = s->out_c / s->in_c;

    for (int32_t n = 0; n < s->batch; n++) {
        const int8_t *image = x + n * s->in_h * s->in_w * s->in_c;
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                for (int32_t c = 0; c < s->out_c; c++) {
                    const int32_t ic = c / per_channel;
                    const int8_t *tap = w + c;
                    int32_t acc = bias[c];
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = top + ky * s->dilation_h;
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = left + kx * s->dilation_w;
                            const int32_t inside = (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w);
                            const int32_t v = inside ? image[(iy * s->in_w + ix) * s->in_c + ic] : input_zero_point;
                            acc += v * *tap;
                            tap += s->out_c;
                        }
                    }
                    *y++ = nn_requantize_s8(q, acc, multiplier[c]);
                }
            }
        }
    }
}

#endif
