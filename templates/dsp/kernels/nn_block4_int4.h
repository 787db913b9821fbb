#ifndef NN_BLOCK4_INT4_H
#define NN_BLOCK4_INT4_H
#include <stddef.h>
#include <stdint.h>
#include "nn_load4.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_unpack_int4_s8.h"
#include "nn_weight_int4.h"

/* acc[0..3] += four rows of nibbles times x[depth]: of four columns, four bytes hold rows 0 (high) and 1 (low), four more rows 2 and 3.
 * The codes stay at the upper end of their bytes: sums are 16 times as large until the end. 30 instructions for 16 products (1.9 each). */
static inline const nn_weight_int4 *nn_block4_int4(const int8_t *x, const nn_weight_int4 *w, int32_t depth,
                                                   int32_t acc[4])
{
    const uint32_t mask = 0xF0F0F0F0U;
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    int8_t rest[12];

    for (; depth >= 4; depth -= 4) {
        const uint32_t xs = nn_load4(x);
        const uint32_t even = nn_sxtb16(xs), odd = nn_sxtb16_ror8(xs);
        const uint32_t v = nn_load4((const int8_t *)w), u = nn_load4((const int8_t *)w + 4);
        const uint32_t w0 = v & mask;
        const uint32_t w1 = (v << 4) & mask;
        const uint32_t w2 = u & mask;
        const uint32_t w3 = (u << 4) & mask;
        a0 = nn_smlad(odd, nn_sxtb16_ror8(w0), nn_smlad(even, nn_sxtb16(w0), a0));
        a1 = nn_smlad(odd, nn_sxtb16_ror8(w1), nn_smlad(even, nn_sxtb16(w1), a1));
        a2 = nn_smlad(odd, nn_sxtb16_ror8(w2), nn_smlad(even, nn_sxtb16(w2), a2));
        a3 = nn_smlad(odd, nn_sxtb16_ror8(w3), nn_smlad(even, nn_sxtb16(w3), a3));
        x += 4;
        w += 8;
    }
    acc[0] += a0 >> 4;
    acc[1] += a1 >> 4;
    acc[2] += a2 >> 4;
    acc[3] += a3 >> 4;
    w = nn_unpack_int4_s8(NULL, w, 4 * depth, rest);
    for (int32_t r = 0; r < 4; r++) {
        for (int32_t i = 0; i < depth; i++) {
            acc[r] += x[i] * rest[r * depth + i];
        }
    }
    return w;
}

#endif
