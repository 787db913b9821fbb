#ifndef NN_COLUMNS_HELIUM_S8_H
#define NN_COLUMNS_HELIUM_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_helium.h"
#include "nn_naked.h"

/* A column over a border, row by row. */
NN_RARE void nn_border_column_helium_s8(const nn_conv_shape *s, const int8_t *x, int32_t zero_point, int32_t top, int32_t ix,
                                        int32_t channels, int8_t *to)
{
    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const int32_t iy = top + ky * s->dilation_h;
        if (ix >= 0 && ix < s->in_w && iy >= 0 && iy < s->in_h) {
            memcpy(to, x + (iy * s->in_w + ix) * s->in_c, (size_t)channels);
        } else {
            memset(to, (int)zero_point, (size_t)channels);
        }
        to += channels;
    }
}

/* A column inside of the image. Few channels: gathered by `offsets`, one for each code, rounded up to a multiple of 8, so that up to
 * seven codes too many are written. Else (offsets: NULL) row by row. */
static inline void nn_column_helium_s8(const nn_conv_shape *s, const int8_t *from, int32_t channels, const uint16_t *offsets,
                                       int8_t *to)
{
    const int32_t pitch = s->dilation_h * s->in_w * s->in_c;

    if (offsets != NULL) {
        for (int32_t i = 0; i < s->kernel_h * channels; i += 8) {
#if NN_HAS_MVE
            vstrbq_s16(to + i, vldrbq_gather_offset_s16(from, vldrhq_u16(offsets + i)));
#else
            for (int32_t k = i; k < i + 8; k++) {
                to[k] = from[offsets[k]];
            }
#endif
        }
        return;
    }
    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        int32_t left = channels;
#if NN_HAS_MVE
        const int8_t *row = from;
        for (; left >= 16; left -= 16) {
            vstrbq_s8(to, vldrbq_s8(row));
            row += 16;
            to += 16;
        }
        if (left > 0) {
            const mve_pred16_t lanes = vctp8q((uint32_t)left);
            vstrbq_p_s8(to, vldrbq_z_s8(row, lanes), lanes);
        }
#else
        memcpy(to, from, (size_t)left);
#endif
        to += left;
        from += pitch;
    }
}

/* Columns of the input from `left` on, dilation_w apart, `channels` each of kernel_h rows from `top` on: [column][row][channel].
 * Returns the end. */
static inline int8_t *nn_columns_helium_s8(const nn_conv_shape *s, const int8_t *x, int32_t zero_point, int32_t top, int32_t left,
                                           int32_t columns, int32_t channels, const uint16_t *offsets, int8_t *to)
{
    const int32_t inside = (top >= 0 && top + (s->kernel_h - 1) * s->dilation_h < s->in_h) ? 1 : 0;

    for (; columns > 0; columns--) {
        if (inside != 0 && left >= 0 && left < s->in_w) {
            nn_column_helium_s8(s, x + (top * s->in_w + left) * s->in_c, channels, offsets, to);
        } else {
            nn_border_column_helium_s8(s, x, zero_point, top, left, channels, to);
        }
        to += s->kernel_h * channels;
        left += s->dilation_w;
    }
    return to;
}

#endif
