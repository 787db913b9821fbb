#ifndef NN_DEPTHWISE3X3_HELIUM_S8_H
#define NN_DEPTHWISE3X3_HELIUM_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_depthwise3x3_rows_helium_s8.h"
#include "nn_depthwise3x3_run_helium_s8.h"
#include "nn_naked.h"

/* 3x3 depthwise convolution of one image without dilation, any stride, of at least 16 channels. The pixels of a row whose windows
 * lie between the left and the right border are one run, those beside them one each. Where channels are no multiple of 16, the
 * last 16 of a row come after the others. order, stream: as in nn_depthwise3x3_rows_helium_s8. zeros: in_c bytes. */
NN_ONCE void nn_depthwise3x3_helium_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x, int32_t input_zero_point,
                                       int32_t order, const uint32_t *stream, int8_t *zeros, int8_t *y)
{
    const int32_t whole = s->in_c / 16, parts = (s->in_c % 16 != 0) ? 2 : 1;
    const int32_t first = (s->pad_left + s->stride_w - 1) / s->stride_w, room = s->in_w + s->pad_left - 3;
    const int32_t fits = (room < 0) ? 0 : room / s->stride_w + 1, last = (fits < s->out_w) ? fits : s->out_w;
    nn_depthwise3x3_run run;

    run.zero_point = zero_point;
    run.zeros = zeros;
    memset(zeros, (int)input_zero_point, (size_t)s->in_c);
    for (int32_t oy = 0; oy < s->out_h; oy++) {
        for (int32_t part = 0; part < parts; part++) {
            const int32_t c = (part != 0) ? s->in_c - 16 : 0, groups = (part != 0) ? 1 : whole;
            int32_t next;
            run.groups = groups;
            run.stream = stream + ((part != 0) ? 68 * whole : 0);
            run.y_step = s->in_c - 16 * groups;
            nn_depthwise3x3_rows_helium_s8(s, &run, order, s->stride_w * s->in_c - 16 * groups, x + c, oy);
            for (int32_t ox = 0; ox < s->out_w; ox = next) {
                const int32_t left = ox * s->stride_w - s->pad_left;
                run.left = left;
                run.outside = 0;
                next = last;
                if (ox < first || ox >= last) {
                    for (int32_t ix = left + 2; ix >= left; ix--) {
                        run.outside = 2 * run.outside + ((ix < 0 || ix >= s->in_w) ? 1 : 0);
                    }
                    next = ox + 1;
                }
                run.y = y + ox * s->in_c + c;
                run.y_end = y + (next - 1) * s->in_c + c + 16 * groups;
                nn_depthwise3x3_run_helium_s8(&run);
            }
        }
        y += s->out_w * s->in_c;
    }
}

#endif
