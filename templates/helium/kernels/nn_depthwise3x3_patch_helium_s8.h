#ifndef NN_DEPTHWISE3X3_PATCH_HELIUM_S8_H
#define NN_DEPTHWISE3X3_PATCH_HELIUM_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_depthwise3x3_run.h"

/* `columns` columns from `left` on of three rows, also beside the image: patch[3][32]. */
static inline void nn_depthwise3x3_patch_helium_s8(const nn_conv_shape *s, const nn_depthwise3x3_run *run, int32_t left,
                                                   int32_t columns, int8_t *patch)
{
    for (int32_t row = 0; row < 3; row++) {
        int8_t *to = patch + 32 * row;
        for (int32_t ix = left; ix < left + columns; ix++) {
            const int8_t *from = (ix >= 0 && ix < s->in_w) ? run->rows[row] + ix * run->pitch[row] : run->zeros;
            memcpy(to, from, 4);
            if (s->in_c == 8) {
                memcpy(to + 4, from + 4, 4);
            }
            to += s->in_c;
        }
    }
}

#endif
