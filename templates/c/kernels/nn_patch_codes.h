#ifndef NN_PATCH_CODES_H
#define NN_PATCH_CODES_H
#include <stdint.h>
#include <string.h>
#include "nn_activations.h"
#include "nn_conv_shape.h"
#include "nn_load_codes.h"

/* Gathers the window at (top, left) of image n, channels first .. first + count - 1, one code to a byte, into
 * patch[kernel_h][kernel_w][count]; positions outside the image get the zero point. */
static inline void nn_patch_codes(const nn_conv_shape *s, const nn_activations *a, int32_t n, int32_t top, int32_t left,
                                  int32_t first, int32_t count, int8_t *patch)
{
    /* Pixels beside each other whose channels are all wanted lie in one run. */
    const int32_t joined = (count == s->in_c && s->dilation_w == 1);

    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const int32_t iy = top + ky * s->dilation_h;
        int32_t pixels = 1;
        for (int32_t kx = 0; kx < s->kernel_w; kx += pixels) {
            const int32_t ix = left + kx * s->dilation_w;
            pixels = 1;
            if (iy < 0 || iy >= s->in_h || ix < 0 || ix >= s->in_w) {
                memset(patch, a->x_zero_point, (size_t)count);
            } else {
                if (joined != 0) {
                    pixels = (s->in_w - ix < s->kernel_w - kx) ? s->in_w - ix : s->kernel_w - kx;
                }
                nn_load_codes(a->x, a->x_packed, ((n * s->in_h + iy) * s->in_w + ix) * s->in_c + first, pixels * count,
                              patch);
            }
            patch += pixels * count;
        }
    }
}

#endif
