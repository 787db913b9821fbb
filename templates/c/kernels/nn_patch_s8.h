#ifndef NN_PATCH_S8_H
#define NN_PATCH_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"

/* Gathers the window at (top, left) of channels first .. first + count - 1 into patch[kernel_h][kernel_w][count];
 * positions outside the image get the zero point. x points at the image of one batch element. Rows of windows that are one
 * run in memory are copied at once. */
static inline void nn_patch_s8(const nn_conv_shape *s, const int8_t *x, int32_t zero_point, int32_t top, int32_t left,
                               int32_t first, int32_t count, int8_t *patch)
{
    const int32_t row = s->kernel_w * count;
    const int32_t joined = (count == s->in_c && s->dilation_w == 1) ? 1 : 0;
    const int32_t before = (left < 0) ? -left : 0;
    const int32_t inside = ((s->in_w - left < s->kernel_w) ? s->in_w - left : s->kernel_w) - before;

    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const int32_t iy = top + ky * s->dilation_h;
        const int32_t outside = (iy < 0 || iy >= s->in_h) ? 1 : 0;
        if (outside != 0 || joined == 0 || inside < s->kernel_w) {
            memset(patch, (int)zero_point, (size_t)row);
        }
        if (outside == 0 && joined != 0 && inside > 0) {
            memcpy(patch + before * count, x + (iy * s->in_w + left + before) * count, (size_t)(inside * count));
        }
        for (int32_t kx = 0; outside == 0 && joined == 0 && kx < s->kernel_w; kx++) {
            const int32_t ix = left + kx * s->dilation_w;
            if (ix >= 0 && ix < s->in_w) {
                memcpy(patch + kx * count, x + (iy * s->in_w + ix) * s->in_c + first, (size_t)count);
            }
        }
        patch += row;
    }
}

#endif
