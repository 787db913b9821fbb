#ifndef NN_DEPTHWISE3X3_NARROW_HELIUM_S8_H
#define NN_DEPTHWISE3X3_NARROW_HELIUM_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_depthwise3x3_rows_helium_s8.h"
#include "nn_depthwise3x3_run_helium_s8.h"
#include "nn_naked.h"

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

/* nn_depthwise3x3_helium_s8 for 4 or 8 channels: 4 or 2 pixels side by side are a vector of 16, in the stream too. Windows over
 * borders are gathered, with strides one by one. patch: 112 bytes. */
NN_ONCE void nn_depthwise3x3_narrow_helium_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x, int32_t input_zero_point,
                                              int32_t order, const uint32_t *stream, int8_t *patch, int8_t *y)
{
    const int32_t together = (s->stride_w == 1) ? 16 / s->in_c : 1;
    /* Columns first .. last - 1 of the output are read where they lie. */
    const int32_t first = (s->pad_left + together - 1) / together * together, fits = s->in_w + s->pad_left - 2;
    const int32_t room = ((fits < s->out_w) ? fits : s->out_w) - first;
    const int32_t last = (s->stride_w == 1 && room > 0) ? first + room / together * together : first;
    int8_t result[16];
    nn_depthwise3x3_run run = { .zeros = patch + 96, .stream = stream, .groups = 1, .zero_point = zero_point };
    nn_depthwise3x3_run gathered = run;

    for (int32_t row = 0; row < 3; row++) {
        gathered.rows[row] = patch + 32 * row;
        gathered.pitch[row] = s->in_c;
    }
    gathered.y = result;
    gathered.y_end = result + 16;
    run.left = first - s->pad_left;
    memset(patch, (int)input_zero_point, 112);
    for (int32_t oy = 0; oy < s->out_h; oy++) {
        int32_t pixels;
        nn_depthwise3x3_rows_helium_s8(s, &run, order, 0, x, oy);
        for (int32_t ox = 0; ox < s->out_w; ox += pixels) {
            if (ox == first && first < last) {
                pixels = last - first;
                run.y = y;
                run.y_end = y + pixels * s->in_c;
                nn_depthwise3x3_run_helium_s8(&run);
                y += pixels * s->in_c;
            } else {
                pixels = (s->out_w - ox < together) ? s->out_w - ox : together;
                nn_depthwise3x3_patch_helium_s8(s, &run, ox * s->stride_w - s->pad_left, pixels + 2, patch);
                nn_depthwise3x3_run_helium_s8(&gathered);
                for (int32_t i = 0; i < pixels * s->in_c; i += 4) {
                    memcpy(y, result + i, 4);
                    y += 4;
                }
            }
        }
    }
}

#endif
