#ifndef NN_AVERAGEPOOL2D_ADDS_H
#define NN_AVERAGEPOOL2D_ADDS_H
#include <stddef.h>
#include <stdint.h>
#include "nn_conv_steps.h"
#include "nn_flash.h"
#include "nn_quant.h"
#include "nn_requantize_adds.h"
#include "nn_shift_s8.h"

/* nn_averagepool2d_s8 without a multiplication. Both tables are in flash: shift[count] where all scales are powers of
 * two, else NULL and multiplier[count]. */
static inline void nn_averagepool2d_adds(const nn_conv_steps *s, const nn_quant *q, int32_t include_pad,
                                         int32_t count_h, int32_t count_w, const int8_t *x, int32_t input_zero_point,
                                         const uint8_t *shift, const int32_t *multiplier, int8_t *y)
{
    for (int_fast16_t n = 0; n < s->batch; n++) {
        int_fast16_t row = s->start;
        int_fast16_t top = -s->pad_top;
        for (int_fast16_t oy = 0; oy < s->out_h; oy++) {
            int_fast16_t window = row;
            int_fast16_t left = -s->pad_left;
            for (int_fast16_t ox = 0; ox < s->out_w; ox++) {
                for (int_fast16_t c = 0; c < s->in_c; c++) {
                    int_fast16_t from = window + c;
                    int_fast16_t iy = top;
                    int_fast16_t count = 0;
                    int32_t sum = 0;
                    for (int_fast16_t ky = 0; ky < s->kernel_h; ky++) {
                        int_fast16_t at = from;
                        int_fast16_t ix = left;
                        for (int_fast16_t kx = 0; kx < s->kernel_w; kx++) {
                            if (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) {
                                sum += x[at] - input_zero_point;
                                count++;
                            } else if (include_pad != 0 && iy < count_h && ix < count_w) {
                                count++;
                            }
                            at += s->tap_x;
                            ix += s->dilation_w;
                        }
                        from += s->tap_y;
                        iy += s->dilation_h;
                    }
                    if (shift != NULL) {
                        const uint8_t by = nn_flash_u8(shift + count);
                        sum += (int32_t)((UINT32_C(1) << by) >> 1);
                        *y++ = nn_shift_s8(sum, by, q->zero_point, q->min, q->max);
                    } else {
                        *y++ = nn_requantize_adds(q, sum, nn_flash_s32(multiplier + count));
                    }
                }
                window += s->step_x;
                left += s->stride_w;
            }
            row += s->step_y;
            top += s->stride_h;
        }
        x += s->image;
    }
}

#endif
