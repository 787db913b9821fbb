#ifndef NN_LOAD_BAND_H
#define NN_LOAD_BAND_H
#include <stdint.h>
#include "nn_load_codes.h"
#include "nn_naked.h"
#include "nn_store4.h"

/* `count` times a code. */
static inline int8_t *nn_fill_s8(int8_t *to, int32_t code, int32_t count)
{
    const uint32_t four = ((uint32_t)code & 0xFFu) * 0x01010101u;

    for (; count >= 4; count -= 4) {
        nn_store4(to, four);
        to += 4;
    }
    for (; count > 0; count--) {
        *to++ = (int8_t)code;
    }
    return to;
}

/* Rows first .. first + count - 1 of x, `in_h` rows of `width` codes, one code to a byte: `before` codes into rows of `pitch`. All that
 * is outside of x is `code`. packed: as in nn_load_codes. */
NN_ONCE void nn_load_band(const void *x, int32_t packed, int32_t code, int32_t in_h, int32_t width, int32_t first,
                          int32_t count, int32_t before, int32_t pitch, int8_t *band)
{
    const int32_t joined = (pitch == width) ? count : 1;

    for (int32_t end = first + count; first < end;) {
        const int32_t most = (in_h - first < end - first) ? in_h - first : end - first;
        if (first < 0 || most <= 0) {
            band = nn_fill_s8(band, code, pitch);
            first++;
        } else {
            const int32_t rows = (most < joined) ? most : joined;
            band = nn_fill_s8(band, code, before);
            nn_load_codes(x, packed, first * width, rows * width, band);
            band = nn_fill_s8(band + rows * width, code, pitch - before - width);
            first += rows;
        }
    }
}

#endif
