#ifndef NN_CONV2D_PART_S8_H
#define NN_CONV2D_PART_S8_H
#include <stddef.h>
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_patch_s8.h"
#include "nn_quant.h"
#include "nn_rows2_s8.h"
#include "nn_rows_s8.h"
#include "nn_weight_s8.h"

/* Some neighbouring output channels of a 2-D convolution over all pixels, two pixels at a time: `rows` of each of
 * `groups` groups from first_group on. w, bias, multiplier and y start at the first of them; see nn_conv2d_s8 for the
 * rest. */
static inline void nn_conv2d_part_s8(const nn_conv_shape *s, const nn_quant *q, int32_t first_group, int32_t groups,
                                     int32_t rows, const int8_t *x, int32_t input_zero_point, const nn_weight_s8 *w,
                                     const int32_t *bias, const int32_t *multiplier, int8_t *patch, int8_t *y)
{
    const int32_t in = s->in_c / s->groups;
    const int32_t depth = s->kernel_h * s->kernel_w * in;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            for (int32_t ox = 0; ox < s->out_w; ox += 2) {
                const int32_t left = ox * s->stride_w - s->pad_left;
                const int32_t both = (ox + 1 < s->out_w);
                const nn_weight_s8 *filters = w;
                for (int32_t g = 0; g < groups; g++) {
                    const int32_t first = (first_group + g) * in;
                    const int8_t *window = patch;
                    int32_t next = depth;
                    if (patch == NULL) {
                        window = x + (top * s->in_w + left) * s->in_c;
                        next = s->stride_w * s->in_c;
                    } else {
                        nn_patch_s8(s, x, input_zero_point, top, left, first, in, patch);
                        if (both) {
                            nn_patch_s8(s, x, input_zero_point, top, left + s->stride_w, first, in, patch + depth);
                        }
                    }
                    if (both) {
                        filters = nn_rows2_s8(q, rows, depth, window, window + next, filters, bias + g * rows,
                                              multiplier + g * rows, y + g * rows, s->out_c);
                    } else {
                        filters = nn_rows_s8(q, rows, depth, window, filters, bias + g * rows, multiplier + g * rows,
                                             y + g * rows);
                    }
                }
                y += both ? 2 * s->out_c : s->out_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
