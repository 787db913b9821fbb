#ifndef NN_DOT_F32_H
#define NN_DOT_F32_H
#include <stdint.h>

/* x[0..depth) . w[0..depth) in four partial sums: shorter chains of additions, and smaller rounding errors. */
static inline float nn_dot_f32(const float *x, const float *w, int32_t depth)
{
    float a0 = 0.0f, a1 = 0.0f, a2 = 0.0f, a3 = 0.0f;

    for (; depth >= 4; depth -= 4) {
        a0 += x[0] * w[0];
        a1 += x[1] * w[1];
        a2 += x[2] * w[2];
        a3 += x[3] * w[3];
        x += 4;
        w += 4;
    }
    for (; depth > 0; depth--) {
        a0 += *x++ * *w++;
    }
    return (a0 + a1) + (a2 + a3);
}

#endif
