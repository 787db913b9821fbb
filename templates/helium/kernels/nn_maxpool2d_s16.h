#ifndef NN_MAXPOOL2D_S16_H
#define NN_MAXPOOL2D_S16_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_helium.h"

/* Maximum over the window, codes of 16 bits, eight channels at a time; input and output share scale and zero point. */
static inline void nn_maxpool2d_s16(const nn_conv_shape *s, const int16_t *x, int32_t min, int32_t max, int16_t *y)
{
    for (int32_t at = 0; at < s->batch * s->out_h * s->out_w; at++) {
        const int16_t *const image = x + at / (s->out_h * s->out_w) * s->in_h * s->in_w * s->in_c;
        const int32_t top = at / s->out_w % s->out_h * s->stride_h - s->pad_top;
        const int32_t left = at % s->out_w * s->stride_w - s->pad_left;
        for (int32_t c = 0; c < s->in_c; c += 8) {
            const int32_t rest = (s->in_c - c < 8) ? s->in_c - c : 8;
#if NN_HAS_MVE
            const mve_pred16_t lanes = vctp16q((uint32_t)rest);
            int16x8_t best = vdupq_n_s16((int16_t)min);
#else
            int32_t best[8] = { min, min, min, min, min, min, min, min };
#endif
            for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                const int32_t iy = top + ky * s->dilation_h;
                if (iy < 0 || iy >= s->in_h) {
                    continue;
                }
                for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                    const int32_t ix = left + kx * s->dilation_w;
                    const int16_t *const codes = image + (iy * s->in_w + ix) * s->in_c + c;
                    if (ix < 0 || ix >= s->in_w) {
                        continue;
                    }
#if NN_HAS_MVE
                    best = vmaxq_s16(best, vldrhq_z_s16(codes, lanes));
#else
                    for (int32_t i = 0; i < rest; i++) {
                        best[i] = (codes[i] > best[i]) ? codes[i] : best[i];
                    }
#endif
                }
            }
#if NN_HAS_MVE
            vstrhq_p_s16(y, vminq_s16(best, vdupq_n_s16((int16_t)max)), lanes);
#else
            for (int32_t i = 0; i < rest; i++) {
                y[i] = (int16_t)((best[i] > max) ? max : best[i]);
            }
#endif
            y += rest;
        }
    }
}

#endif
