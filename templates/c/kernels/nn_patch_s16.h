#ifndef NN_PATCH_S16_H
#define NN_PATCH_S16_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"

/* Gathers the window at (top, left) of channels first .. first + count - 1 into patch[kernel_h][kernel_w][count];
 * positions outside the image get the zero point. x points at the image of one batch element. */
static inline void nn_patch_s16(const nn_conv_shape *s, const int16_t *x, int32_t zero_point, int32_t top, int32_t left,
                                int32_t first, int32_t count, int16_t *patch)
{
    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const int32_t iy = top + ky * s->dilation_h;
        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
            const int32_t ix = left + kx * s->dilation_w;
            if (iy < 0 || iy >= s->in_h || ix < 0 || ix >= s->in_w) {
                for (int32_t i = 0; i < count; i++) {
                    patch[i] = (int16_t)zero_point;
                }
            } else {
                memcpy(patch, x + (iy * s->in_w + ix) * s->in_c + first, (size_t)count * sizeof *patch);
            }
            patch += count;
        }
    }
}

#endif
