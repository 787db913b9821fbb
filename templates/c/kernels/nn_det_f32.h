#ifndef NN_DET_F32_H
#define NN_DET_F32_H
#include <math.h>
#include <stdint.h>

/* Determinant of the matrix x[n][n] by elimination with row exchange, no number where the matrix holds NaN;
 * m: n * n floats of scratch. */
static inline float nn_det_f32(int32_t n, const float *x, float *m)
{
    float product = 1.0f;

    for (int32_t i = 0; i < n * n; i++) {
        m[i] = x[i];
    }
    for (int32_t c = 0; c < n; c++) {
        int32_t pivot = c;
        for (int32_t r = c + 1; r < n; r++) {
            pivot = (fabsf(m[r * n + c]) > fabsf(m[pivot * n + c])) ? r : pivot;
        }
        if (fabsf(m[pivot * n + c]) <= 0.0f) {
            float zero = 0.0f;
            for (int32_t i = 0; i < n * n; i++) {
                zero += 0.0f * m[i];
            }
            return zero;
        }
        if (pivot != c) {
            product = -product;
            for (int32_t k = c; k < n; k++) {
                const float swapped = m[pivot * n + k];
                m[pivot * n + k] = m[c * n + k];
                m[c * n + k] = swapped;
            }
        }
        product *= m[c * n + c];
        for (int32_t r = c + 1; r < n; r++) {
            const float factor = m[r * n + c] / m[c * n + c];
            for (int32_t k = c; k < n; k++) {
                m[r * n + k] -= factor * m[c * n + k];
            }
        }
    }
    return product;
}

#endif
