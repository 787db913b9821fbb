#ifndef NN_PLANES_S4_H
#define NN_PLANES_S4_H
#include <stdint.h>
#include "nn_highs.h"
#include "nn_load4.h"
#include "nn_lows.h"
#include "nn_naked.h"
#include "nn_sign4_s4.h"
#include "nn_store4.h"

/* Padded planes of four of eight packed channels: those in the lower halves of bytes (shift 0) or in the upper ones (4); at least four
 * columns. */
NN_ONCE void nn_planes_s4(const uint8_t *x, uint32_t shift, int32_t rows, int32_t columns, int32_t step, int32_t next,
                          int32_t plane, int32_t pitch, int8_t *planes)
{
    const uint32_t low = 0x000F000Fu << shift, high = low << 8;
    const int32_t single = ((columns & 3) == 1) ? 1 : 0;

    for (; rows > 0; rows--) {
        const int8_t *from = (const int8_t *)x;
        int8_t *to = planes;
        for (int32_t left = columns - single; left > 0; left -= 4) {
            if (left < 4) { /* the last four lie over some of those before */
                from -= (4 - left) * step;
                to -= 4 - left;
            }
            const uint32_t a = nn_load4(from), b = nn_load4(from + step);
            from += 2 * step;
            const uint32_t c = nn_load4(from), d = nn_load4(from + step);
            from += 2 * step;
            const uint32_t t0 = (a & low) | ((b & low) << 8), t1 = ((a >> 8) & low) | (b & high);
            const uint32_t u0 = (c & low) | ((d & low) << 8), u1 = ((c >> 8) & low) | (d & high);
            nn_store4(to, nn_sign4_s4(nn_lows(t0, u0) >> shift));
            nn_store4(to + plane, nn_sign4_s4(nn_lows(t1, u1) >> shift));
            nn_store4(to + 2 * plane, nn_sign4_s4(nn_highs(t0, u0) >> shift));
            nn_store4(to + 3 * plane, nn_sign4_s4(nn_highs(t1, u1) >> shift));
            to += 4;
        }
        if (single != 0) {
            const uint32_t v = nn_sign4_s4((nn_load4(from) >> shift) & 0x0F0F0F0Fu);
            to[0] = (int8_t)v;
            to[plane] = (int8_t)(v >> 8);
            to[2 * plane] = (int8_t)(v >> 16);
            to[3 * plane] = (int8_t)(v >> 24);
        }
        x += next;
        planes += pitch;
    }
}

#endif
