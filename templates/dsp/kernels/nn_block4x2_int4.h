#ifndef NN_BLOCK4X2_INT4_H
#define NN_BLOCK4X2_INT4_H
#include <stddef.h>
#include <stdint.h>
#include "nn_load4.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_unpack_int4_s8.h"
#include "nn_weight_int4.h"

/* A block of four rows of nibbles for two inputs at once: acc[0..3] for x, acc[4..7] for z. Two rows in each sweep, as they
 * share their bytes: 25 instructions for 16 products (1.6 each). */
static inline const nn_weight_int4 *nn_block4x2_int4(const int8_t *x, const int8_t *z, const nn_weight_int4 *w,
                                                     int32_t depth, int32_t acc[8])
{
    const uint32_t mask = 0xF0F0F0F0U;
    const int32_t rest = depth & 3;
    const int32_t whole = depth - rest;
    int8_t tail[12];

    for (int32_t r = 0; r < 4; r += 2) {
        int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
        const int8_t *p = x, *o = z, *v = (const int8_t *)w + 2 * r;
        const int8_t *end = x + whole;
        while (p != end) {
            const uint32_t px = nn_load4(p), oz = nn_load4(o), both = nn_load4(v);
            const uint32_t v0 = both & mask, v1 = (both << 4) & mask;
            const uint32_t x_even = nn_sxtb16(px), x_odd = nn_sxtb16_ror8(px);
            const uint32_t z_even = nn_sxtb16(oz), z_odd = nn_sxtb16_ror8(oz);
            const uint32_t even0 = nn_sxtb16(v0), odd0 = nn_sxtb16_ror8(v0);
            const uint32_t even1 = nn_sxtb16(v1), odd1 = nn_sxtb16_ror8(v1);
            a0 = nn_smlad(x_odd, odd0, nn_smlad(x_even, even0, a0));
            b0 = nn_smlad(z_odd, odd0, nn_smlad(z_even, even0, b0));
            a1 = nn_smlad(x_odd, odd1, nn_smlad(x_even, even1, a1));
            b1 = nn_smlad(z_odd, odd1, nn_smlad(z_even, even1, b1));
            p += 4;
            o += 4;
            v += 8;
        }
        acc[r] += a0 >> 4;
        acc[r + 1] += a1 >> 4;
        acc[r + 4] += b0 >> 4;
        acc[r + 5] += b1 >> 4;
    }
    w = nn_unpack_int4_s8(NULL, w + 2 * whole, 4 * rest, tail);
    for (int32_t r = 0; r < 4; r++) {
        for (int32_t i = 0; i < rest; i++) {
            acc[r] += x[whole + i] * tail[r * rest + i];
            acc[r + 4] += z[whole + i] * tail[r * rest + i];
        }
    }
    return w;
}

#endif
