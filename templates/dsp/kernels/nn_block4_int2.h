#ifndef NN_BLOCK4_INT2_H
#define NN_BLOCK4_INT2_H
#include <stddef.h>
#include <stdint.h>
#include "nn_load4.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_unpack_int2_s8.h"
#include "nn_weight_int2.h"

/* acc[0..3] += four rows of pairs of bits times x[depth]: a byte holds a column of the four rows, row 0 in the highest bits.
 * The codes stay at the upper end of their bytes: sums are 64 times as large until the end. 29 instructions for 16 products (1.8 each). */
static inline const nn_weight_int2 *nn_block4_int2(const int8_t *x, const nn_weight_int2 *w, int32_t depth,
                                                   int32_t acc[4])
{
    const uint32_t mask = 0xC0C0C0C0U;
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    int8_t rest[12];

    for (; depth >= 4; depth -= 4) {
        const uint32_t xs = nn_load4(x);
        const uint32_t even = nn_sxtb16(xs), odd = nn_sxtb16_ror8(xs);
        const uint32_t v = nn_load4((const int8_t *)w);
        const uint32_t w0 = v & mask;
        const uint32_t w1 = (v << 2) & mask;
        const uint32_t w2 = (v << 4) & mask;
        const uint32_t w3 = (v << 6) & mask;
        a0 = nn_smlad(odd, nn_sxtb16_ror8(w0), nn_smlad(even, nn_sxtb16(w0), a0));
        a1 = nn_smlad(odd, nn_sxtb16_ror8(w1), nn_smlad(even, nn_sxtb16(w1), a1));
        a2 = nn_smlad(odd, nn_sxtb16_ror8(w2), nn_smlad(even, nn_sxtb16(w2), a2));
        a3 = nn_smlad(odd, nn_sxtb16_ror8(w3), nn_smlad(even, nn_sxtb16(w3), a3));
        x += 4;
        w += 4;
    }
    acc[0] += a0 >> 6;
    acc[1] += a1 >> 6;
    acc[2] += a2 >> 6;
    acc[3] += a3 >> 6;
    w = nn_unpack_int2_s8(NULL, w, 4 * depth, rest);
    for (int32_t r = 0; r < 4; r++) {
        for (int32_t i = 0; i < depth; i++) {
            acc[r] += x[i] * rest[r * depth + i];
        }
    }
    return w;
}

#endif
