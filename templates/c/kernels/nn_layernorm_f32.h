#ifndef NN_LAYERNORM_F32_H
#define NN_LAYERNORM_F32_H
#include <math.h>
#include <stdint.h>

/* y[i] = (x[i] - mean) / sqrt(variance + epsilon) * scale[i] + bias[i] for one row of n elements. May run in place.
 * scale and bias may be NULL; mean and inv_std, where not NULL, take the row's statistics. What the first mean is off by is
 * the mean of the differences: far from 0 a sum in float32 loses the digits that count. */
static inline void nn_layernorm_f32(const float *x, int32_t n, const float *scale, const float *bias, float epsilon,
                                    float *y, float *mean, float *inv_std)
{
    float sum = 0.0f;
    float rest = 0.0f;
    float squares = 0.0f;

    for (int32_t i = 0; i < n; i++) {
        sum += x[i];
    }
    const float centre = sum / (float)n;
    for (int32_t i = 0; i < n; i++) {
        const float d = x[i] - centre;
        rest += d;
        squares += d * d;
    }
    rest /= (float)n;
    const float variance = squares / (float)n - rest * rest;
    const float factor = 1.0f / sqrtf((variance < 0.0f ? 0.0f : variance) + epsilon);
    for (int32_t i = 0; i < n; i++) {
        const float unit = ((x[i] - centre) - rest) * factor;
        y[i] = unit * ((scale != 0) ? scale[i] : 1.0f) + ((bias != 0) ? bias[i] : 0.0f);
    }
    if (mean != 0) {
        *mean = (rest != rest) ? centre : centre + rest; /* of an infinity: itself */
    }
    if (inv_std != 0) {
        *inv_std = factor;
    }
}

#endif
