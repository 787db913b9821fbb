#ifndef NN_CAUSAL_CONV1D_F32_H
#define NN_CAUSAL_CONV1D_F32_H
#include <math.h>
#include <stdint.h>

/* Depthwise convolution over the past and the present only: x[batch][channels][len], w[channels][taps], bias[channels]
 * or NULL, past[batch][channels][taps - 1] or NULL for zeros. present (or NULL) becomes the last taps - 1 inputs.
 * silu: y = z / (1 + exp(-z)). */
static inline void nn_causal_conv1d_f32(int32_t batch, int32_t channels, int32_t len, int32_t taps, int32_t silu,
                                        const float *x, const float *w, const float *bias, const float *past, float *y,
                                        float *present)
{
    const int32_t before = taps - 1;

    for (int32_t row = 0; row < batch * channels; row++) {
        const int32_t c = row % channels;
        const float *in = x + row * len;
        for (int32_t t = 0; t < len; t++) {
            float z = (bias != 0) ? bias[c] : 0.0f;
            for (int32_t i = 0; i < taps; i++) {
                const int32_t at = t + i - before;
                if (at >= 0) {
                    z += w[c * taps + i] * in[at];
                } else if (past != 0) {
                    z += w[c * taps + i] * past[row * before + before + at];
                }
            }
            y[row * len + t] = (silu != 0) ? z / (1.0f + expf(-z)) : z;
        }
        for (int32_t i = 0; i < before && present != 0; i++) {
            const int32_t at = len - before + i;
            present[row * before + i] = (at >= 0) ? in[at] : ((past != 0) ? past[row * before + before + at] : 0.0f);
        }
    }
}

#endif
