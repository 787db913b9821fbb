#ifndef NN_BLOCK4X2_S8_H
#define NN_BLOCK4X2_S8_H
#include <stdint.h>
#include "nn_simd.h"

/* The block of nn_block4_s8 for two inputs at once: acc[0..3] for x, acc[4..7] for z. Each widened weight serves both. */
static inline const int8_t *nn_block4x2_s8(const int8_t *x, const int8_t *z, const int8_t *w, int32_t depth, int32_t acc[8])
{
    int32_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3];
    int32_t b0 = acc[4], b1 = acc[5], b2 = acc[6], b3 = acc[7];

    for (; depth >= 4; depth -= 4) {
        const uint32_t v = nn_load4(x), u = nn_load4(z);
        const uint32_t x_even = nn_sxtb16(v), x_odd = nn_sxtb16_ror8(v);
        const uint32_t z_even = nn_sxtb16(u), z_odd = nn_sxtb16_ror8(u);
        uint32_t weights, even, odd;

        weights = nn_load4(w);
        even = nn_sxtb16(weights);
        odd = nn_sxtb16_ror8(weights);
        a0 = nn_smlad(x_odd, odd, nn_smlad(x_even, even, a0));
        b0 = nn_smlad(z_odd, odd, nn_smlad(z_even, even, b0));
        weights = nn_load4(w + 4);
        even = nn_sxtb16(weights);
        odd = nn_sxtb16_ror8(weights);
        a1 = nn_smlad(x_odd, odd, nn_smlad(x_even, even, a1));
        b1 = nn_smlad(z_odd, odd, nn_smlad(z_even, even, b1));
        weights = nn_load4(w + 8);
        even = nn_sxtb16(weights);
        odd = nn_sxtb16_ror8(weights);
        a2 = nn_smlad(x_odd, odd, nn_smlad(x_even, even, a2));
        b2 = nn_smlad(z_odd, odd, nn_smlad(z_even, even, b2));
        weights = nn_load4(w + 12);
        even = nn_sxtb16(weights);
        odd = nn_sxtb16_ror8(weights);
        a3 = nn_smlad(x_odd, odd, nn_smlad(x_even, even, a3));
        b3 = nn_smlad(z_odd, odd, nn_smlad(z_even, even, b3));
        x += 4;
        z += 4;
        w += 16;
    }
    for (int32_t i = 0; i < depth; i++) {
        a0 += x[i] * w[i];
        a1 += x[i] * w[i + depth];
        a2 += x[i] * w[i + 2 * depth];
        a3 += x[i] * w[i + 3 * depth];
        b0 += z[i] * w[i];
        b1 += z[i] * w[i + depth];
        b2 += z[i] * w[i + 2 * depth];
        b3 += z[i] * w[i + 3 * depth];
    }
    acc[0] = a0;
    acc[1] = a1;
    acc[2] = a2;
    acc[3] = a3;
    acc[4] = b0;
    acc[5] = b1;
    acc[6] = b2;
    acc[7] = b3;
    return w + 4 * depth;
}

#endif
