#ifndef NN_GRID_SAMPLE_F32_H
#define NN_GRID_SAMPLE_F32_H
#include <math.h>
#include <stdint.h>
#include "nn_grid_pixel_f32.h"

/* Pixel position of a grid coordinate in [-1, 1]; one far outside comes nearer, so that it fits an int and a float tells it
 * from its neighbours. */
static inline float nn_grid_place_f32(const nn_grid_sample *s, float v, int32_t size)
{
    const float n = (float)size;
    const float place = (s->align_corners != 0) ? (v + 1.0f) / 2.0f * (n - 1.0f) : ((v + 1.0f) * n - 1.0f) / 2.0f;

    if (!(place > -8.0e6f)) {
        return -8.0e6f;
    }
    if (place > 8.0e6f) {
        return 8.0e6f;
    }
    return (s->mode == 0) ? rintf(place) : place;
}

/* Keys' cubic weight with a = -0.75. */
static inline float nn_grid_cubic_f32(float distance)
{
    const float d = fabsf(distance);

    if (d <= 1.0f) {
        return (1.25f * d - 2.25f) * d * d + 1.0f;
    }
    return (d < 2.0f) ? ((-0.75f * d + 3.75f) * d - 6.0f) * d + 3.0f : 0.0f;
}

/* One channel sampled at `at` = (x, y) or (x, y, z). */
static inline float nn_grid_sample_f32(const nn_grid_sample *s, const float *plane, const float *at)
{
    const float x = nn_grid_place_f32(s, at[0], s->width);
    const float y = nn_grid_place_f32(s, at[1], s->height);
    const float z = (s->rank == 3) ? nn_grid_place_f32(s, at[2], s->depth) : 0.0f;
    const int32_t left = (int32_t)floorf(x);
    const int32_t top = (int32_t)floorf(y);
    const int32_t front = (int32_t)floorf(z);
    float sum = 0.0f;

    if (s->mode == 0) {
        return nn_grid_pixel_f32(s, plane, front, top, left);
    }
    if (s->mode == 2) {
        for (int32_t j = -1; j <= 2; j++) {
            for (int32_t i = -1; i <= 2; i++) {
                const float weight = nn_grid_cubic_f32(y - (float)(top + j)) * nn_grid_cubic_f32(x - (float)(left + i));
                sum += weight * nn_grid_pixel_f32(s, plane, 0, top + j, left + i);
            }
        }
        return sum;
    }
    for (int32_t k = 0; k < ((s->rank == 3) ? 2 : 1); k++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t i = 0; i < 2; i++) {
                const float weight = (1.0f - fabsf(z - (float)(front + k))) * (1.0f - fabsf(y - (float)(top + j))) *
                                     (1.0f - fabsf(x - (float)(left + i)));
                sum += weight * nn_grid_pixel_f32(s, plane, front + k, top + j, left + i);
            }
        }
    }
    return sum;
}

#endif
