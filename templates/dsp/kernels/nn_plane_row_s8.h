#ifndef NN_PLANE_ROW_S8_H
#define NN_PLANE_ROW_S8_H
#include <stdint.h>
#include "nn_simd.h"

/* One row of four channels, pixels `step` bytes apart, into four planes that lie `plane` bytes apart. */
static inline void nn_plane_row_s8(const int8_t *x, int32_t pixels, int32_t step, int32_t plane, int8_t *to)
{
    const uint32_t even = 0x00FF00FFu;

    for (; pixels >= 4; pixels -= 4) {
        const uint32_t a = nn_load4(x), b = nn_load4(x + step), c = nn_load4(x + 2 * step), d = nn_load4(x + 3 * step);
        const uint32_t t0 = (a & even) | ((b & even) << 8), t1 = ((a >> 8) & even) | (b & ~even);
        const uint32_t u0 = (c & even) | ((d & even) << 8), u1 = ((c >> 8) & even) | (d & ~even);
        nn_store4(to, (t0 & 0xFFFFu) | (u0 << 16));
        nn_store4(to + plane, (t1 & 0xFFFFu) | (u1 << 16));
        nn_store4(to + 2 * plane, (t0 >> 16) | (u0 & 0xFFFF0000u));
        nn_store4(to + 3 * plane, (t1 >> 16) | (u1 & 0xFFFF0000u));
        x += 4 * step;
        to += 4;
    }
    for (; pixels > 0; pixels--) {
        for (int32_t i = 0; i < 4; i++) {
            to[i * plane] = x[i];
        }
        x += step;
        to++;
    }
}

#endif
