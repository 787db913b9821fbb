#ifndef NN_MAXPOOL4_S8_H
#define NN_MAXPOOL4_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_inside.h"
#include "nn_load4.h"
#include "nn_max4_s8.h"
#include "nn_naked.h"
#include "nn_store4.h"

/* Of some rows of cells, the largest of each four channels: 7 instructions for 4 cells. */
static inline uint32_t nn_most4_s8(const int8_t *x, int32_t rows, int32_t pitch, int32_t columns, int32_t next)
{
    uint32_t most = 0x80808080u;

    for (; rows > 0; rows--) {
        const int8_t *cell = x;
        for (int32_t i = columns; i > 0; i--) {
            most = nn_max4_s8(most, nn_load4(cell));
            cell += next;
        }
        x += pitch;
    }
    return most;
}

/* Maximum over windows of at least four channels, four at a time, the last four over some of those before where they are no
 * multiple; positions outside the image do not count. The result is not clamped. */
NN_INLINE void nn_maxpool4_s8(const nn_conv_shape *s, const int8_t *x, int8_t *y)
{
    const int32_t channels = s->in_c, next = s->dilation_w * channels, pitch = s->dilation_h * s->in_w * channels;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top, ky = nn_first_inside(top, s->dilation_h);
            const int32_t rows = nn_end_inside(top, s->dilation_h, s->in_h, s->kernel_h) - ky;
            const int8_t *row = x + (top + ky * s->dilation_h) * s->in_w * channels;
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t left = ox * s->stride_w - s->pad_left, kx = nn_first_inside(left, s->dilation_w);
                const int32_t columns = nn_end_inside(left, s->dilation_w, s->in_w, s->kernel_w) - kx;
                const int8_t *first = row + (left + kx * s->dilation_w) * channels;
                for (int32_t group = 0; group < channels; group += 4) {
                    const int32_t c = (group + 4 <= channels) ? group : channels - 4;
                    nn_store4(y + c, nn_most4_s8(first + c, rows, pitch, columns, next));
                }
                y += channels;
            }
        }
        x += s->in_h * s->in_w * channels;
    }
}

#endif
