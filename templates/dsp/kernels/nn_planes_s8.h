#ifndef NN_PLANES_S8_H
#define NN_PLANES_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_store4.h"

/* Four channels of `rows` x `columns` pixels, which lie `step` bytes apart, rows `next` bytes, into four planes that lie `plane`
 * bytes apart, `pitch` bytes a row. */
NN_ONCE void nn_planes_s8(const int8_t *x, int32_t rows, int32_t columns, int32_t step, int32_t next, int32_t plane,
                          int32_t pitch, int8_t *planes)
{
    const uint32_t even = 0x00FF00FFu;

    for (; rows > 0; rows--) {
        const int8_t *from = x;
        int8_t *to = planes;
        int32_t left = columns;
        for (; left >= 4; left -= 4) {
            const uint32_t a = nn_load4(from), b = nn_load4(from + step);
            from += 2 * step;
            const uint32_t c = nn_load4(from), d = nn_load4(from + step);
            from += 2 * step;
            const uint32_t t0 = (a & even) | ((b & even) << 8), t1 = ((a >> 8) & even) | (b & ~even);
            const uint32_t u0 = (c & even) | ((d & even) << 8), u1 = ((c >> 8) & even) | (d & ~even);
            nn_store4(to, (t0 & 0xFFFFu) | (u0 << 16));
            nn_store4(to + plane, (t1 & 0xFFFFu) | (u1 << 16));
            nn_store4(to + 2 * plane, (t0 >> 16) | (u0 & 0xFFFF0000u));
            nn_store4(to + 3 * plane, (t1 >> 16) | (u1 & 0xFFFF0000u));
            to += 4;
        }
        for (; left > 0; left--) {
            to[0] = from[0];
            to[plane] = from[1];
            to[2 * plane] = from[2];
            to[3 * plane] = from[3];
            from += step;
            to++;
        }
        x += next;
        planes += pitch;
    }
}

#endif
