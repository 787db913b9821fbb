#ifndef NN_DEPTHWISE3X3_PATCH_S8_H
#define NN_DEPTHWISE3X3_PATCH_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load4.h"
#include "nn_store4.h"

/* `part` channels (a multiple of four) of the window at (top, left) as patch[3][3][part]; positions outside the image get
 * four zero points. */
static inline void nn_depthwise3x3_patch_s8(const nn_conv_shape *s, const int8_t *x, uint32_t zero, int32_t top,
                                            int32_t left, int32_t part, int8_t *patch)
{
    for (int32_t iy = top; iy < top + 3; iy++) {
        for (int32_t ix = left; ix < left + 3; ix++) {
            const int32_t inside = (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) ? 1 : 0;
            const int8_t *from = inside ? x + (iy * s->in_w + ix) * s->in_c : x;
            for (int32_t i = 0; i < part; i += 4) {
                nn_store4(patch + i, inside ? nn_load4(from + i) : zero);
            }
            patch += part;
        }
    }
}

#endif
