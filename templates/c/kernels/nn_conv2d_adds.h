#ifndef NN_CONV2D_ADDS_H
#define NN_CONV2D_ADDS_H
#include <stddef.h>
#include <stdint.h>
#include "nn_adds.h"
#include "nn_conv_steps.h"
#include "nn_rows2_adds.h"
#include "nn_rows_adds.h"
#include "nn_window_s8.h"

/* 2-D convolution, grouped, by additions and shifts alone, two pixels at a time. Lists name the places of a window
 * [kernel_h][kernel_w][group_in]. patch: room for two windows, or NULL for 1x1 kernels without padding (the pixel itself
 * is the window). */
static inline void nn_conv2d_adds(const nn_conv_steps *s, const nn_adds *a, const int8_t *x,
                                  int_fast16_t input_zero_point, int8_t *patch, int8_t *y)
{
    for (int_fast16_t n = 0; n < s->batch; n++) {
        int_fast16_t row = s->start;
        int_fast16_t top = -s->pad_top;
        for (int_fast16_t oy = 0; oy < s->out_h; oy++) {
            int_fast16_t at = row;
            int_fast16_t left = -s->pad_left;
            for (int_fast16_t ox = 0; ox < s->out_w; ox += 2) {
                const int_fast16_t both = (ox + 1 < s->out_w);
                const uint8_t *lists = a->lists;
                int_fast16_t channel = 0;
                for (int_fast16_t g = 0; g < s->groups; g++) {
                    const int8_t *window = patch;
                    int_fast16_t next = s->depth;
                    if (patch == NULL) {
                        window = x + at;
                        next = s->step_x;
                    } else {
                        nn_window_s8(s, x, input_zero_point, top, left, at, patch);
                        if (both) {
                            nn_window_s8(s, x, input_zero_point, top, left + s->stride_w, at + s->step_x,
                                         patch + s->depth);
                        }
                    }
                    if (both) {
                        lists = nn_rows2_adds(a, channel, s->group_out, window, next, lists, y + channel, s->out_c);
                    } else {
                        lists = nn_rows_adds(a, channel, s->group_out, window, lists, y + channel);
                    }
                    channel += s->group_out;
                    at += s->group_in;
                }
                y += s->out_c;
                if (both) {
                    y += s->out_c;
                }
                at += s->step_x + s->step_x - s->in_c;
                left += s->stride_w + s->stride_w;
            }
            row += s->step_y;
            top += s->stride_h;
        }
        x += s->image;
    }
}

#endif
