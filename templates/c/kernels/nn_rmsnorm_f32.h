#ifndef NN_RMSNORM_F32_H
#define NN_RMSNORM_F32_H
#include <float.h>
#include <math.h>
#include <stdint.h>

/* y[i] = x[i] / sqrt(mean of x^2 + epsilon) * scale[i] for one row of n elements. May run in place. */
static inline void nn_rmsnorm_f32(const float *x, int32_t n, const float *scale, float epsilon, float *y)
{
    float squares = 0.0f;

    for (int32_t i = 0; i < n; i++) {
        squares += x[i] * x[i];
    }
    float factor = 1.0f / sqrtf(squares / (float)n + epsilon);
    if (squares > FLT_MAX) { /* again, 2^-72 times as large: exact, and next to such numbers epsilon is nothing */
        squares = 0.0f;
        for (int32_t i = 0; i < n; i++) {
            squares += (x[i] * 0x1p-72f) * (x[i] * 0x1p-72f);
        }
        factor = 0x1p-72f / sqrtf(squares / (float)n);
    }
    for (int32_t i = 0; i < n; i++) {
        y[i] = x[i] * factor * ((scale != 0) ? scale[i] : 1.0f);
    }
}

#endif
