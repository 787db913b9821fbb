#ifndef NN_AVERAGEPOOL4_S8_H
#define NN_AVERAGEPOOL4_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"
#include "nn_simd.h"

/* Mean over windows that lie inside of one image, of at most 255 cells, channels in fours, two to an instruction. offset: the
 * input zero point times the cells. */
static inline void nn_averagepool4_s8(const nn_conv_shape *s, const nn_quant *q, const int8_t *x, int32_t offset,
                                      int32_t multiplier, int8_t *y)
{
    const int32_t next = s->dilation_w * s->in_c;

    for (int32_t oy = 0; oy < s->out_h; oy++) {
        for (int32_t ox = 0; ox < s->out_w; ox++) {
            const int8_t *first = x + (oy * s->stride_h * s->in_w + ox * s->stride_w) * s->in_c;
            for (int32_t c = 0; c < s->in_c; c += 4) {
                uint32_t even = 0, odd = 0;
                for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                    const int8_t *p = first + c + ky * s->dilation_h * s->in_w * s->in_c;
                    int32_t kx = s->kernel_w;
                    for (; kx >= 4; kx -= 4) {
                        const uint32_t v0 = nn_load4(p), v1 = nn_load4(p + next);
                        p += 2 * next;
                        const uint32_t v2 = nn_load4(p), v3 = nn_load4(p + next);
                        p += 2 * next;
                        even = nn_sxtab16(nn_sxtab16(nn_sxtab16(nn_sxtab16(even, v0), v1), v2), v3);
                        odd = nn_sxtab16_ror8(nn_sxtab16_ror8(nn_sxtab16_ror8(nn_sxtab16_ror8(odd, v0), v1), v2), v3);
                    }
                    for (; kx > 0; kx--) {
                        const uint32_t v = nn_load4(p);
                        even = nn_sxtab16(even, v);
                        odd = nn_sxtab16_ror8(odd, v);
                        p += next;
                    }
                }
                y[0] = nn_requantize_s8(q, nn_low(even) - offset, multiplier);
                y[1] = nn_requantize_s8(q, nn_low(odd) - offset, multiplier);
                y[2] = nn_requantize_s8(q, nn_high(even) - offset, multiplier);
                y[3] = nn_requantize_s8(q, nn_high(odd) - offset, multiplier);
                y += 4;
            }
        }
    }
}

#endif
