#ifndef NN_DEPTHWISE_TAPS_H
#define NN_DEPTHWISE_TAPS_H
#include <stdint.h>
#include "nn_conv_shape.h"

/* The kernel positions of output pixel (oy, ox): for those inside the image pairs of offsets (in the image, in the
 * weights) in taps, for the others the offset in the weights in outside. Returns how many are inside. */
static inline int32_t nn_depthwise_taps(const nn_conv_shape *s, int32_t oy, int32_t ox, int32_t *taps, int32_t *outside)
{
    int32_t inside = 0;
    int32_t weight = 0;

    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const int32_t iy = oy * s->stride_h - s->pad_top + ky * s->dilation_h;
        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
            const int32_t ix = ox * s->stride_w - s->pad_left + kx * s->dilation_w;
            if (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) {
                taps[2 * inside] = (iy * s->in_w + ix) * s->in_c;
                taps[2 * inside + 1] = weight;
                inside++;
            } else {
                *outside++ = weight;
            }
            weight += s->out_c;
        }
    }
    return inside;
}

#endif
