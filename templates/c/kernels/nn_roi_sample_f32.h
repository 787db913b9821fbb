#ifndef NN_ROI_SAMPLE_F32_H
#define NN_ROI_SAMPLE_F32_H
#include <stdint.h>
#include "nn_roi_align.h"

/* Bilinear sample of a plane at (y, x); 0 more than a pixel outside. The largest of the four weighted corners when
 * s->maximum is set. */
static inline float nn_roi_sample_f32(const nn_roi_align *s, const float *plane, float y, float x)
{
    if (!(y >= -1.0f && y <= (float)s->height && x >= -1.0f && x <= (float)s->width)) {
        return 0.0f;
    }
    y = (y > 0.0f) ? y : 0.0f;
    x = (x > 0.0f) ? x : 0.0f;
    int32_t top = (int32_t)y;
    int32_t left = (int32_t)x;
    int32_t bottom = top + 1;
    int32_t right = left + 1;
    if (top >= s->height - 1) {
        top = s->height - 1;
        bottom = top;
        y = (float)top;
    }
    if (left >= s->width - 1) {
        left = s->width - 1;
        right = left;
        x = (float)left;
    }
    const float dy = y - (float)top;
    const float dx = x - (float)left;
    const float a = (1.0f - dy) * (1.0f - dx) * plane[top * s->width + left];
    const float b = (1.0f - dy) * dx * plane[top * s->width + right];
    const float c = dy * (1.0f - dx) * plane[bottom * s->width + left];
    const float d = dy * dx * plane[bottom * s->width + right];
    if (s->maximum != 0) {
        const float ab = (a > b) ? a : b;
        const float cd = (c > d) ? c : d;
        return (ab > cd) ? ab : cd;
    }
    return a + b + c + d;
}

#endif
