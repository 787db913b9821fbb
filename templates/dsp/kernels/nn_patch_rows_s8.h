#ifndef NN_PATCH_ROWS_S8_H
#define NN_PATCH_ROWS_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_store4.h"

/* Codes one after the other; words first: rows of patches are too short for a call. Returns the end. */
NN_INLINE int8_t *nn_copy_s8(int8_t *to, const int8_t *from, int32_t count)
{
    for (; count >= 4; count -= 4) {
        nn_store4(to, nn_load4(from));
        to += 4;
        from += 4;
    }
    for (; count > 0; count--) {
        *to++ = *from++;
    }
    return to;
}

/* The window at (top, left) of channels first .. first + count - 1, also over borders, as patch[kernel_h][kernel_w][count],
 * which is filled with zero points by words: it has room for three codes more. */
NN_RARE void nn_patch_rows_s8(const nn_conv_shape *s, const int8_t *x, int32_t zero_point, int32_t top, int32_t left,
                                    int32_t first, int32_t count, int8_t *patch)
{
    const uint32_t zero = ((uint32_t)zero_point & 0xFFu) * 0x01010101u;
    const int32_t joined = (count == s->in_c && s->dilation_w == 1) ? 1 : 0;
    const int32_t before = (left < 0) ? -left : 0;
    const int32_t inside = ((s->in_w - left < s->kernel_w) ? s->in_w - left : s->kernel_w) - before;

    for (int32_t i = 0; i < s->kernel_h * s->kernel_w * count; i += 4) {
        nn_store4(patch + i, zero);
    }
    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const int32_t iy = top + ky * s->dilation_h;
        const int32_t outside = (iy < 0 || iy >= s->in_h) ? 1 : 0;
        if (joined != 0 && outside == 0) {
            (void)nn_copy_s8(patch + before * count, x + (iy * s->in_w + left + before) * count, inside * count);
        }
        for (int32_t kx = 0; joined == 0 && outside == 0 && kx < s->kernel_w; kx++) {
            const int32_t ix = left + kx * s->dilation_w;
            if (ix >= 0 && ix < s->in_w) {
                (void)nn_copy_s8(patch + kx * count, x + (iy * s->in_w + ix) * s->in_c + first, count);
            }
        }
        patch += s->kernel_w * count;
    }
}

#endif
