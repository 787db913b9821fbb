#ifndef NN_DFT_F32_H
#define NN_DFT_F32_H
#include <stdint.h>

/* One discrete Fourier transform of `length` points: bins 0 to bins - 1 of the `points` given ones (zeros after them).
 * x and y have `parts` 1 (real) or 2 (real, imaginary) and lie `step` elements apart. window may be NULL.
 * cosines and sines of 2 pi t / length, t < length; direction -1 forward, 1 inverse (then divided by length).
 * hermitian: the given points are the first length / 2 + 1 of a conjugate symmetric spectrum. */
static inline void nn_dft_f32(int32_t length, const float *cosines, const float *sines, float direction,
                              int32_t hermitian, const float *x, int32_t points, int32_t parts, int32_t step,
                              const float *window, float *y, int32_t bins, int32_t y_parts, int32_t y_step)
{
    const float scale = (direction > 0.0f) ? 1.0f / (float)length : 1.0f;
    const int32_t given = (hermitian != 0) ? length : ((points < length) ? points : length);

    for (int32_t k = 0; k < bins; k++) {
        float real = 0.0f;
        float imaginary = 0.0f;
        int32_t angle = 0;
        for (int32_t t = 0; t < given; t++) {
            const int32_t mirrored = (hermitian != 0 && t >= points) ? 1 : 0;
            const float *point = x + ((mirrored != 0) ? length - t : t) * step;
            const float weight = (window != 0) ? window[t] : 1.0f;
            const float a = weight * point[0];
            const float b = (parts == 2) ? weight * ((mirrored != 0) ? -point[1] : point[1]) : 0.0f;
            const float c = cosines[angle];
            const float s = direction * sines[angle];
            real += a * c - b * s;
            imaginary += a * s + b * c;
            angle += k;
            angle -= (angle >= length) ? length : 0;
        }
        y[k * y_step] = real * scale;
        if (y_parts == 2) {
            y[k * y_step + 1] = imaginary * scale;
        }
    }
}

#endif
