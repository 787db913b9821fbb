#ifndef NN_COPY_ROWS2_S8_H
#define NN_COPY_ROWS2_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load4.h"
#include "nn_store4.h"

/* The rows of the window that begins at x, inside of the image and above its last row, and of the next one to its right:
 * word by word, up to three codes of what follows a row are copied, too, and written over by the next row; both patches
 * have room for three more. */
static inline void nn_copy_rows2_s8(const nn_conv_shape *s, const int8_t *x, int8_t *patch, int8_t *second)
{
    const int32_t count = s->kernel_w * s->in_c, skip = s->in_w * s->in_c - (count + 3) / 4 * 4;
    const int8_t *z = x + s->stride_w * s->in_c;

    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        int8_t *p = patch, *q = second;
        patch += count;
        second += count;
        do {
            nn_store4(p, nn_load4(x));
            nn_store4(q, nn_load4(z));
            x += 4;
            z += 4;
            p += 4;
            q += 4;
        } while (p < patch);
        x += skip;
        z += skip;
    }
}

#endif
