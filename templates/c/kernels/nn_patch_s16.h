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
    /* Pixels beside each other whose channels are all wanted lie in one run. */
    const int32_t joined = (count == s->in_c && s->dilation_w == 1);

    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const int32_t iy = top + ky * s->dilation_h;
        int32_t pixels = 1;
        for (int32_t kx = 0; kx < s->kernel_w; kx += pixels) {
            const int32_t ix = left + kx * s->dilation_w;
            const int32_t inside = (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w);
            const int16_t *from = (inside != 0) ? x + (iy * s->in_w + ix) * s->in_c + first : x;
            int32_t codes;
            pixels = 1;
            if (inside != 0 && joined != 0) {
                pixels = (s->in_w - ix < s->kernel_w - kx) ? s->in_w - ix : s->kernel_w - kx;
            }
            codes = pixels * count;
            if (inside != 0 && codes >= 16) {
                memcpy(patch, from, (size_t)codes * sizeof *patch);
            } else if (inside != 0) {
                for (int32_t i = 0; i < codes; i++) {
                    patch[i] = from[i];
                }
            } else {
                for (int32_t i = 0; i < codes; i++) {
                    patch[i] = (int16_t)zero_point;
                }
            }
            patch += codes;
        }
    }
}

#endif
