#ifndef NN_DEPTHWISE2D_S16_S8_H
#define NN_DEPTHWISE2D_S16_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_depthwise_taps.h"
#include "nn_load4.h"
#include "nn_load_pair.h"
#include "nn_quant.h"
#include "nn_requantize_s16.h"
#include "nn_smlabb.h"
#include "nn_smlatb.h"
#include "nn_smlatt.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_weight_s8.h"

/* Depthwise 2-D convolution of codes of 16 bits, out_c = in_c, four channels at a time: 16 instructions for 4 products
 * (4.0 each). w[kernel_h][kernel_w][out_c]; bias holds the input zero point's share. A tap outside the
 * image adds the zero point times its weight. taps: 3 * kernel_h * kernel_w numbers. */
static inline void nn_depthwise2d_s16_s8(const nn_conv_shape *s, const nn_quant *q, const int16_t *x,
                                         int32_t input_zero_point, const nn_weight_s8 *w, const int32_t *bias,
                                         const int32_t *multiplier, int32_t *taps, int16_t *y)
{
    int32_t *outside = taps + 2 * s->kernel_h * s->kernel_w;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t inside = nn_depthwise_taps(s, oy, ox, taps, outside);
                const int32_t padded = s->kernel_h * s->kernel_w - inside;
                const int32_t rest = s->in_c & 3;
                int32_t c = 0;
                for (; c < s->in_c - rest; c += 4) {
                    int32_t a0 = bias[c], a1 = bias[c + 1], a2 = bias[c + 2], a3 = bias[c + 3];
                    for (const int32_t *t = taps; t < taps + 2 * inside; t += 2) {
                        const int16_t *cell = x + t[0] + c;
                        const uint32_t first = nn_load_pair(cell), second = nn_load_pair(cell + 2);
                        const uint32_t u = nn_load4(w + t[1] + c);
                        const uint32_t u_even = nn_sxtb16(u), u_odd = nn_sxtb16_ror8(u);
                        a0 = nn_smlabb(first, u_even, a0);
                        a1 = nn_smlatb(first, u_odd, a1);
                        a2 = nn_smlatb(u_even, second, a2);
                        a3 = nn_smlatt(second, u_odd, a3);
                    }
                    for (const int32_t *t = outside; input_zero_point != 0 && t < outside + padded; t++) {
                        const nn_weight_s8 *u = w + *t + c;
                        a0 += input_zero_point * u[0];
                        a1 += input_zero_point * u[1];
                        a2 += input_zero_point * u[2];
                        a3 += input_zero_point * u[3];
                    }
                    y[0] = nn_requantize_s16(q, a0, multiplier[c]);
                    y[1] = nn_requantize_s16(q, a1, multiplier[c + 1]);
                    y[2] = nn_requantize_s16(q, a2, multiplier[c + 2]);
                    y[3] = nn_requantize_s16(q, a3, multiplier[c + 3]);
                    y += 4;
                }
                for (int32_t r = rest; r > 0; r--) {
                    int32_t acc = bias[c];
                    for (int32_t t = 0; t < inside; t++) {
                        acc += x[taps[2 * t] + c] * w[taps[2 * t + 1] + c];
                    }
                    for (int32_t t = 0; t < padded; t++) {
                        acc += input_zero_point * w[outside[t] + c];
                    }
                    *y++ = nn_requantize_s16(q, acc, multiplier[c]);
                    c++;
                }
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
