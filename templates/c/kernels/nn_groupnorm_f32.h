#ifndef NN_GROUPNORM_F32_H
#define NN_GROUPNORM_F32_H
#include <math.h>
#include <stdint.h>

/* y = (x - mean) / sqrt(variance + epsilon) * scale[c] + bias[c] over all channels and positions of one group, whose
 * elements lie channel_step and position_step apart in x and in y. May run in place. What the first mean is off by is
 * the mean of the differences: far from 0 a sum in float32 loses the digits that count. */
static inline void nn_groupnorm_f32(int32_t channels, int32_t channel_step, int32_t positions, int32_t position_step,
                                    const float *x, const float *scale, const float *bias, float epsilon, float *y)
{
    const float count = (float)(channels * positions);
    float sum = 0.0f;
    float rest = 0.0f;
    float squares = 0.0f;

    for (int32_t c = 0; c < channels; c++) {
        for (int32_t p = 0; p < positions; p++) {
            sum += x[c * channel_step + p * position_step];
        }
    }
    const float mean = sum / count;
    for (int32_t c = 0; c < channels; c++) {
        for (int32_t p = 0; p < positions; p++) {
            const float d = x[c * channel_step + p * position_step] - mean;
            rest += d;
            squares += d * d;
        }
    }
    rest /= count;
    const float variance = squares / count - rest * rest;
    const float factor = 1.0f / sqrtf((variance < 0.0f ? 0.0f : variance) + epsilon);
    for (int32_t c = 0; c < channels; c++) {
        const float a = scale[c] * factor;
        const float b = bias[c];
        for (int32_t p = 0; p < positions; p++) {
            const int32_t i = c * channel_step + p * position_step;
            y[i] = ((x[i] - mean) - rest) * a + b;
        }
    }
}

#endif
