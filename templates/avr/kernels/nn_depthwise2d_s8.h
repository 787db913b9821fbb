#ifndef NN_DEPTHWISE2D_S8_H
#define NN_DEPTHWISE2D_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_depthwise_taps.h"
#include "nn_flash.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"
#include "nn_weight_s8.h"

/* Depthwise 2-D convolution, out_c = in_c. w[kernel_h][kernel_w][out_c]; bias holds the input zero point's share.
 * A tap outside the image adds the zero point times its weight, as if the image were padded with it.
 * The tables are in flash. taps: 3 * kernel_h * kernel_w numbers. */
static inline void nn_depthwise2d_s8(const nn_conv_shape *s, const nn_quant *q, const int8_t *x,
                                     int32_t input_zero_point, const nn_weight_s8 *w, const int32_t *bias,
                                     const int32_t *multiplier, int32_t *taps, int8_t *y)
{
    int32_t *outside = taps + 2 * s->kernel_h * s->kernel_w;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t inside = nn_depthwise_taps(s, oy, ox, taps, outside);
                const int32_t padded = s->kernel_h * s->kernel_w - inside;
                for (int32_t c = 0; c < s->in_c; c++) {
                    int32_t acc = nn_flash_s32(bias + c);
                    for (int32_t t = 0; t < inside; t++) {
                        acc += (int16_t)(x[taps[2 * t] + c] * nn_flash_s8(w + taps[2 * t + 1] + c));
                    }
                    for (int32_t t = 0; t < padded; t++) {
                        acc += (int16_t)((int8_t)input_zero_point * nn_flash_s8(w + outside[t] + c));
                    }
                    *y++ = nn_requantize_s8(q, acc, nn_flash_s32(multiplier + c));
                }
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
