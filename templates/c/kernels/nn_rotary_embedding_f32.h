#ifndef NN_ROTARY_EMBEDDING_F32_H
#define NN_ROTARY_EMBEDDING_F32_H
#include <stdint.h>

/* Rotates pairs of the first 2 * half numbers of every head by the angle of its position; the rest is copied.
 * Pairs are neighbours (interleaved) or half apart. Element (b, head, row) of x and y lies at these steps.
 * cos and sin are [positions][half]; row r of batch b has position positions[b][r], or b * rows + r when NULL. */
static inline void nn_rotary_embedding_f32(int32_t batch, int32_t heads, int32_t rows, int32_t size, int32_t half,
                                           int32_t batch_step, int32_t head_step, int32_t row_step, int32_t interleaved,
                                           const float *x, const float *cos_cache, const float *sin_cache,
                                           const int64_t *positions, float *y)
{
    const int32_t stride = (interleaved != 0) ? 2 : 1;
    const int32_t distance = (interleaved != 0) ? 1 : half;

    for (int32_t b = 0; b < batch; b++) {
        for (int32_t r = 0; r < rows; r++) {
            const int32_t at = b * rows + r;
            const int32_t position = (positions != 0) ? (int32_t)positions[at] : at;
            const float *c = cos_cache + position * half;
            const float *s = sin_cache + position * half;
            for (int32_t h = 0; h < heads; h++) {
                const float *in = x + b * batch_step + h * head_step + r * row_step;
                float *out = y + b * batch_step + h * head_step + r * row_step;
                for (int32_t i = 0; i < half; i++) {
                    const float real = in[i * stride];
                    const float imaginary = in[i * stride + distance];
                    out[i * stride] = c[i] * real - s[i] * imaginary;
                    out[i * stride + distance] = s[i] * real + c[i] * imaginary;
                }
                for (int32_t i = 2 * half; i < size; i++) {
                    out[i] = in[i];
                }
            }
        }
    }
}

#endif
