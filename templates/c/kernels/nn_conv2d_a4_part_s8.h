#ifndef NN_CONV2D_A4_PART_S8_H
#define NN_CONV2D_A4_PART_S8_H
#include <stddef.h>
#include <stdint.h>
#include "nn_activations.h"
#include "nn_conv_shape.h"
#include "nn_patch_codes.h"
#include "nn_quant.h"
#include "nn_rows2_s8.h"
#include "nn_rows_s8.h"
#include "nn_store_s4.h"
#include "nn_weight_s8.h"

/* nn_conv2d_part_s8 with packed codes: windows are unpacked as they are gathered, results packed pixel by pixel.
 * a->window: room for two windows, a->result: for two pixels of these output channels, the first of which is `place`;
 * w, bias and multiplier start there. */
static inline void nn_conv2d_a4_part_s8(const nn_conv_shape *s, const nn_quant *q, const nn_activations *a,
                                        int32_t first_group, int32_t groups, int32_t rows, int32_t place,
                                        const nn_weight_s8 *w, const int32_t *bias, const int32_t *multiplier)
{
    const int32_t in = s->in_c / s->groups;
    const int32_t depth = s->kernel_h * s->kernel_w * in;
    const int32_t channels = groups * rows;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            for (int32_t ox = 0; ox < s->out_w; ox += 2) {
                const int32_t left = ox * s->stride_w - s->pad_left;
                const int32_t both = (ox + 1 < s->out_w);
                int8_t *y = (a->result == NULL) ? (int8_t *)a->y + place : a->result;
                const int32_t step = (a->result == NULL) ? s->out_c : channels;
                const nn_weight_s8 *filters = w;
                for (int32_t g = 0; g < groups; g++) {
                    const int32_t channel = (first_group + g) * in;
                    const int8_t *window = a->window;
                    int32_t next = depth;
                    if (a->window == NULL) {
                        window = (const int8_t *)a->x + ((n * s->in_h + top) * s->in_w + left) * s->in_c;
                        next = s->stride_w * s->in_c;
                    } else {
                        nn_patch_codes(s, a, n, top, left, channel, in, a->window);
                        if (both) {
                            nn_patch_codes(s, a, n, top, left + s->stride_w, channel, in, a->window + depth);
                        }
                    }
                    if (both) {
                        filters = nn_rows2_s8(q, rows, depth, window, window + next, filters, bias + g * rows,
                                              multiplier + g * rows, y + g * rows, step);
                    } else {
                        filters = nn_rows_s8(q, rows, depth, window, filters, bias + g * rows, multiplier + g * rows,
                                             y + g * rows);
                    }
                }
                if (a->result != NULL) {
                    nn_store_s4(a->result, channels, (uint8_t *)a->y, place);
                    if (both) {
                        nn_store_s4(a->result + channels, channels, (uint8_t *)a->y, place + s->out_c);
                    }
                }
                place += both ? 2 * s->out_c : s->out_c;
            }
        }
    }
}

#endif
