#ifndef NN_DENSE_F32_H
#define NN_DENSE_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_dot_f32.h"

/* y[rows][out] = clamp(x[rows][in] . w[out][in] + bias[out]); bias may be NULL. */
static inline void nn_dense_f32(int32_t rows, int32_t in, int32_t out, const float *x, const float *w,
                                const float *bias, float min, float max, float *y)
{
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t o = 0; o < out; o++) {
            const float sum = nn_dot_f32(x, w + o * in, in) + ((bias != 0) ? bias[o] : 0.0f);
            *y++ = nn_clamp_f32(sum, min, max);
        }
        x += in;
    }
}

#endif
