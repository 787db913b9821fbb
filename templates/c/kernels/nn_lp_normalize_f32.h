#ifndef NN_LP_NORMALIZE_F32_H
#define NN_LP_NORMALIZE_F32_H
#include <math.h>
#include <stdint.h>

/* y = x / norm of the row, p = 1 or 2; a row of zeros stays zero. Elements x_step and y_step apart. May run in place.
 */
static inline void nn_lp_normalize_f32(int32_t p, const float *x, int32_t x_step, int32_t n, float *y, int32_t y_step)
{
    float norm = 0.0f;

    for (int32_t i = 0; i < n; i++) {
        const float v = x[i * x_step];
        norm += (p == 1) ? fabsf(v) : v * v;
    }
    norm = (p == 1) ? norm : sqrtf(norm);
    for (int32_t i = 0; i < n; i++) {
        y[i * y_step] = (norm <= 0.0f) ? 0.0f : x[i * x_step] / norm;
    }
}

#endif
