#ifndef NN_LRN_F32_H
#define NN_LRN_F32_H
#include <math.h>
#include <stdint.h>

/* y[c] = x[c] / (bias + alpha * sum of x^2 over `size` channels around c)^beta; n channels, x_step and y_step apart. */
static inline void nn_lrn_f32(const float *x, int32_t x_step, int32_t n, int32_t size, float alpha, float beta,
                              float bias, float *y, int32_t y_step)
{
    for (int32_t c = 0; c < n; c++) {
        const int32_t begin = c - (size - 1) / 2;
        float squares = 0.0f;

        for (int32_t i = begin; i < begin + size; i++) {
            if (i >= 0 && i < n) {
                squares += x[i * x_step] * x[i * x_step];
            }
        }
        y[c * y_step] = x[c * x_step] / powf(bias + alpha * squares, beta);
    }
}

#endif
