#ifndef NN_AVERAGEPOOL2D_A4_H
#define NN_AVERAGEPOOL2D_A4_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_get_s4.h"
#include "nn_put_s4.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"

/* nn_averagepool2d_s8 with packed codes (see nn_get_s4) in x, in y or in both; the others are int8. */
static inline void nn_averagepool2d_a4(const nn_conv_shape *s, const nn_quant *q, int32_t include_pad, int32_t count_h,
                                       int32_t count_w, const void *x, int32_t x_packed, int32_t input_zero_point,
                                       const int32_t *multiplier, void *y, int32_t y_packed)
{
    int32_t place = 0;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top;
                const int32_t left = ox * s->stride_w - s->pad_left;
                for (int32_t c = 0; c < s->in_c; c++) {
                    int32_t sum = 0;
                    int32_t count = 0;
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        const int32_t iy = top + ky * s->dilation_h;
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            const int32_t ix = left + kx * s->dilation_w;
                            if (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) {
                                const int32_t i = ((n * s->in_h + iy) * s->in_w + ix) * s->in_c + c;
                                const int32_t code = x_packed ? nn_get_s4((const uint8_t *)x, i) : ((const int8_t *)x)[i];
                                sum += code - input_zero_point;
                                count++;
                            } else if (include_pad != 0 && iy < count_h && ix < count_w) {
                                count++;
                            }
                        }
                    }
                    const int8_t mean = nn_requantize_s8(q, sum, multiplier[count]);
                    if (y_packed != 0) {
                        nn_put_s4((uint8_t *)y, place++, mean);
                    } else {
                        ((int8_t *)y)[place++] = mean;
                    }
                }
            }
        }
    }
}

#endif
