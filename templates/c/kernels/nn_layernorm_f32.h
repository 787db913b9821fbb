#ifndef NN_LAYERNORM_F32_H
#define NN_LAYERNORM_F32_H
#include <math.h>
#include <stdint.h>

/* y[i] = (x[i] - mean) / sqrt(variance + epsilon) * scale[i] + bias[i] for one row of n elements. May run in place.
 * scale and bias may be NULL; mean and inv_std, where not NULL, take the row's statistics. */
static inline void nn_layernorm_f32(const float *x, int32_t n, const float *scale, const float *bias, float epsilon,
                                    float *y, float *mean, float *inv_std)
{
    float sum = 0.0f;
    float squares = 0.0f;

    for (int32_t i = 0; i < n; i++) {
        sum += x[i];
    }
    const float centre = sum / (float)n;
    for (int32_t i = 0; i < n; i++) {
        squares += (x[i] - centre) * (x[i] - centre);
    }
    const float factor = 1.0f / sqrtf(squares / (float)n + epsilon);
    for (int32_t i = 0; i < n; i++) {
        const float unit = (x[i] - centre) * factor;
        y[i] = unit * ((scale != 0) ? scale[i] : 1.0f) + ((bias != 0) ? bias[i] : 0.0f);
    }
    if (mean != 0) {
        *mean = centre;
    }
    if (inv_std != 0) {
        *inv_std = factor;
    }
}

#endif
