#ifndef NN_GRID_PIXEL_F32_H
#define NN_GRID_PIXEL_F32_H
#include <stdint.h>
#include "nn_grid_reflect_f32.h"
#include "nn_grid_sample.h"

/* Position i of an axis after padding: in [0, size), or -1 for a zero. */
static inline int32_t nn_grid_position(const nn_grid_sample *s, int32_t i, int32_t size)
{
    if (i >= 0 && i < size) {
        return i;
    }
    if (s->padding == 0) {
        return -1;
    }
    if (s->padding == 2) {
        const float edge = (s->align_corners != 0) ? 0.0f : 0.5f;
        i = (int32_t)nn_grid_reflect_f32((float)i, -edge, (float)(size - 1) + edge);
    }
    return (i < 0) ? 0 : (i < size) ? i : size - 1;
}

/* Element (z, y, x), which may lie outside. */
static inline float nn_grid_pixel_f32(const nn_grid_sample *s, const float *plane, int32_t z, int32_t y, int32_t x)
{
    const int32_t d = nn_grid_position(s, z, s->depth);
    const int32_t h = nn_grid_position(s, y, s->height);
    const int32_t w = nn_grid_position(s, x, s->width);

    return (d < 0 || h < 0 || w < 0) ? 0.0f : plane[(d * s->height + h) * s->width + w];
}

#endif
