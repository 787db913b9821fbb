#ifndef NN_DEPTHWISE2D_F32_H
#define NN_DEPTHWISE2D_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_conv_shape.h"
#include "nn_depthwise_taps.h"

/* Depthwise 2-D convolution, out_c = in_c. w[kernel_h][kernel_w][out_c], bias[out_c] or NULL.
 * taps: 3 * kernel_h * kernel_w numbers. */
static inline void nn_depthwise2d_f32(const nn_conv_shape *s, const float *x, const float *w, const float *bias,
                                      float min, float max, int32_t *taps, float *y)
{
    int32_t *outside = taps + 2 * s->kernel_h * s->kernel_w;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t inside = nn_depthwise_taps(s, oy, ox, taps, outside);
                for (int32_t c = 0; c < s->in_c; c++) {
                    float acc = (bias != 0) ? bias[c] : 0.0f;
                    for (int32_t t = 0; t < inside; t++) {
                        acc += x[taps[2 * t] + c] * w[taps[2 * t + 1] + c];
                    }
                    *y++ = nn_clamp_f32(acc, min, max);
                }
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
