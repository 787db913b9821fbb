#ifndef NN_BLOCK4X2_S8_H
#define NN_BLOCK4X2_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_weight_s8.h"

/* A block of four rows of weights for two inputs at once: acc[0..3] for x, acc[4..7] for z. Each widened weight serves both.
 * Two rows in each sweep, 24 instructions for 16 products (1.5 each): four sums, both inputs and the weights just fit the registers.
 *
 *                 x        z
 *   row r        a0       b0
 *   row r + 1    a1       b1 */
static inline const nn_weight_s8 *nn_block4x2_s8(const int8_t *x, const int8_t *z, const nn_weight_s8 *w, int32_t depth,
                                                 int32_t acc[8])
{
    const int32_t rest = depth & 3;
    const int32_t whole = depth - rest;
    const int8_t *tail = w + 4 * whole;

    for (int32_t r = 0; r < 4; r += 2) {
        int32_t a0 = acc[r], a1 = acc[r + 1], b0 = acc[r + 4], b1 = acc[r + 5];
        const int8_t *p = x, *o = z, *v = w + 4 * r;
        const int8_t *end = x + whole;
        while (p != end) {
            const uint32_t px = nn_load4(p), oz = nn_load4(o), v0 = nn_load4(v), v1 = nn_load4(v + 4);
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
            v += 16;
        }
        for (int32_t i = 0; i < rest; i++) {
            const int32_t t0 = tail[r * rest + i], t1 = tail[(r + 1) * rest + i];
            a0 += p[i] * t0;
            a1 += p[i] * t1;
            b0 += o[i] * t0;
            b1 += o[i] * t1;
        }
        acc[r] = a0;
        acc[r + 1] = a1;
        acc[r + 4] = b0;
        acc[r + 5] = b1;
    }
    return tail + 4 * rest;
}

#endif
