#ifndef NN_COLUMNS_HELIUM_S8_H
#define NN_COLUMNS_HELIUM_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_helium.h"
#include "nn_naked.h"

/* `count` runs of `channels` zero points, `column` bytes apart. */
NN_RARE void nn_fill_helium_s8(int32_t zero_point, int8_t *to, int32_t column, int32_t count, int32_t channels)
{
    for (; count > 0; count--) {
#if NN_HAS_MVE
        for (int32_t i = 0; i < channels; i += 16) {
            vstrbq_p_s8(to + i, vdupq_n_s8((int8_t)zero_point), vctp8q((uint32_t)(channels - i)));
        }
#else
        memset(to, (int)zero_point, (size_t)channels);
#endif
        to += column;
    }
}

/* The same where there are seldom any. */
static inline void nn_outside_helium_s8(int32_t zero_point, int8_t *to, int32_t column, int32_t count, int32_t channels)
{
    if (count > 0) {
        nn_fill_helium_s8(zero_point, to, column, count, channels);
    }
}

/* `count` runs of `channels` codes, `step` bytes apart, to runs that are `column` bytes apart, 16 codes of each at a time. */
static inline void nn_copy_helium_s8(const int8_t *from, int32_t step, int8_t *to, int32_t column, int32_t count, int32_t channels)
{
    for (; channels > 0; channels -= 16) {
        const int8_t *x = from;
        int8_t *y = to;
        for (int32_t i = count; i > 0; i--) {
#if NN_HAS_MVE
            if (channels >= 16) {
                vstrbq_s8(y, vldrbq_s8(x));
            } else {
                const mve_pred16_t lanes = vctp8q((uint32_t)channels);
                vstrbq_p_s8(y, vldrbq_z_s8(x, lanes), lanes);
            }
#else
            memcpy(y, x, (size_t)((channels >= 16) ? 16 : channels));
#endif
            x += step;
            y += column;
        }
        from += 16;
        to += 16;
    }
}

/* `count` columns of few channels, eight codes at a time, by their offsets. Of the last eight some may be too many: they stand
 * where the next column will, so these come first. */
static inline void nn_gather_helium_s8(const int8_t *from, int32_t step, int8_t *to, int32_t column, int32_t count,
                                       const uint16_t *offsets)
{
    for (int32_t first = (column - 1) / 8 * 8; first >= 0; first -= 8) {
        const int8_t *x = from;
        int8_t *y = to + first;
#if NN_HAS_MVE
        const uint16x8_t lanes = vldrhq_u16(offsets + first);
#endif
        for (int32_t i = count; i > 0; i--) {
#if NN_HAS_MVE
            vstrbq_s16(y, vldrbq_gather_offset_s16(x, lanes));
#else
            for (int32_t k = 0; k < 8; k++) {
                y[k] = x[offsets[first + k]];
            }
#endif
            x += step;
            y += column;
        }
    }
}

/* Columns of the input from `left` on, dilation_w apart, `channels` each of kernel_h rows from `top` on: [column][row][channel].
 * offsets: of the codes of a column, rounded up to a multiple of 8; NULL: columns are copied row by row. Returns the end. */
static inline int8_t *nn_columns_helium_s8(const nn_conv_shape *s, const int8_t *x, int32_t zero_point, int32_t top, int32_t left,
                                           int32_t columns, int32_t channels, const uint16_t *offsets, int8_t *to)
{
    const int32_t column = s->kernel_h * channels, step = s->dilation_w * s->in_c;
    int32_t before = (left < 0) ? (s->dilation_w - 1 - left) / s->dilation_w : 0;
    int32_t end = (left < s->in_w) ? (s->dilation_w - 1 - left + s->in_w) / s->dilation_w : 0;

    end = (end < columns) ? end : columns;
    before = (before < end) ? before : end;
    left += before * s->dilation_w;
    if (offsets != NULL && top >= 0 && top + (s->kernel_h - 1) * s->dilation_h < s->in_h) {
        nn_outside_helium_s8(zero_point, to, column, before, column);
        nn_gather_helium_s8(x + (top * s->in_w + left) * s->in_c, step, to + before * column, column, end - before, offsets);
        nn_outside_helium_s8(zero_point, to + end * column, column, columns - end, column);
    } else {
        for (int32_t ky = 0; ky < s->kernel_h; ky++) {
            const int32_t iy = top + ky * s->dilation_h, inside = (iy >= 0 && iy < s->in_h) ? end - before : 0;
            int8_t *row = to + ky * channels;
            nn_outside_helium_s8(zero_point, row, column, before, channels);
            row += before * column;
            if (inside > 0) {
                nn_copy_helium_s8(x + (iy * s->in_w + left) * s->in_c, step, row, column, inside, channels);
                row += inside * column;
            }
            nn_outside_helium_s8(zero_point, row, column, columns - before - inside, channels);
        }
    }
    return to + columns * column;
}

#endif
