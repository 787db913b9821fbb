#ifndef NN_DEPTHWISE2D_ADDS_H
#define NN_DEPTHWISE2D_ADDS_H
#include <stdint.h>
#include "nn_adds.h"
#include "nn_conv_steps.h"
#include "nn_flash.h"
#include "nn_shift_s8.h"
#include "nn_taps_adds.h"

/* Depthwise 2-D convolution by additions and shifts alone, out_c = in_c. a->lists is digits[pass][tap][channel]: 0, or
 * e + 1 for +2^e, or -(e + 1) for -2^e; several passes where weights are no powers of two. taps: one number per tap. */
static inline void nn_depthwise2d_adds(const nn_conv_steps *s, const nn_adds *a, const int8_t *x,
                                       int_fast16_t input_zero_point, int32_t *taps, int8_t *y)
{
    for (int_fast16_t n = 0; n < s->batch; n++) {
        int_fast16_t row = s->start;
        int_fast16_t top = -s->pad_top;
        for (int_fast16_t oy = 0; oy < s->out_h; oy++) {
            int_fast16_t at = row;
            int_fast16_t left = -s->pad_left;
            for (int_fast16_t ox = 0; ox < s->out_w; ox++) {
                nn_taps_adds(s, top, left, at, taps);
                for (int_fast16_t c = 0; c < s->in_c; c++) {
                    const int8_t *digit = (const int8_t *)a->lists + c;
                    int32_t acc = 0;
                    for (int_fast16_t pass = 0; pass < a->passes; pass++) {
                        for (int_fast16_t t = 0; t < s->depth; t++) {
                            const int_fast16_t from = (int_fast16_t)taps[t];
                            const int_fast16_t v = (from < 0) ? input_zero_point : x[from + c];
                            const int8_t d = nn_flash_s8(digit);
                            if (d > 0) {
                                acc += (int32_t)(int_fast16_t)((uint_fast16_t)v << (d - 1));
                            } else if (d < 0) {
                                acc -= (int32_t)(int_fast16_t)((uint_fast16_t)v << (-1 - d));
                            }
                            digit += s->in_c;
                        }
                    }
                    acc = (int32_t)((uint32_t)acc << a->left) + nn_flash_s32(a->bias + c);
                    *y++ = nn_shift_s8(acc, nn_flash_u8(a->shift + c), a->zero_point, a->min, a->max);
                }
                at += s->step_x;
                left += s->stride_w;
            }
            row += s->step_y;
            top += s->stride_h;
        }
        x += s->image;
    }
}

#endif
