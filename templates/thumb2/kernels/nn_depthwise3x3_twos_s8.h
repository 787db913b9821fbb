#ifndef NN_DEPTHWISE3X3_TWOS_S8_H
#define NN_DEPTHWISE3X3_TWOS_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_depthwise3x3_two_s8.h"
#include "nn_depthwise_two.h"
#include "nn_once.h"

/* Depthwise 3x3 convolution without dilation, columns one or two apart, two pixels of a row at a time. stream: of nn_depthwise_two.
 * Windows that reach outside are copied into patch[3][3 + stride_w][in_c]. */
NN_ONCE void nn_depthwise3x3_twos_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x, int32_t input_zero_point,
                                     const uint32_t *stream, int8_t *patch, int8_t *y)
{
    const int32_t c = s->in_c, columns = 3 + s->stride_w, pitch = s->in_w * c;
    nn_depthwise_two two = { .stream = stream, .channels = c, .zero_point = zero_point, .stride = s->stride_w };

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            for (int32_t ox = 0; ox < s->out_w; ox += 2) {
                const int32_t left = ox * s->stride_w - s->pad_left, second = (ox + 1 < s->out_w) ? 1 : 0;
                const int32_t first = (left < 0) ? -left : 0, end = s->in_w - left;
                const int32_t inside = ((end < columns) ? end : columns) - first;
                for (int32_t ky = 0; ky < 3; ky++) {
                    const int32_t row = (top + ky) * pitch + (left + first) * c;
                    const int32_t seen = (top + ky >= 0 && top + ky < s->in_h) ? inside : 0;
                    if (seen == columns) {
                        two.rows[ky] = x + row;
                    } else {
                        int8_t *copy = patch + ky * columns * c;
                        memset(copy, (int)input_zero_point, (size_t)(columns * c));
                        if (seen > 0) {
                            memcpy(copy + first * c, x + row, (size_t)(seen * c));
                        }
                        two.rows[ky] = copy;
                    }
                }
                two.y = y;
                two.step = second * c;
                nn_depthwise3x3_two_s8(&two);
                y += (1 + second) * c;
            }
        }
        x += s->in_h * pitch;
    }
}

#endif
