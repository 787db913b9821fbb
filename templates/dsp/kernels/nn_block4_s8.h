#ifndef NN_BLOCK4_S8_H
#define NN_BLOCK4_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_weight_s8.h"

/* acc[r] += x[depth] . (row r of a block of four), four columns a step: 26 instructions for 16 products (1.6 each). The four codes
 * of x are widened once, those of each row for themselves. Block: [depth / 4][row][4], then [row][depth % 4]. Returns its end. */
static inline const nn_weight_s8 *nn_block4_s8(const int8_t *x, const nn_weight_s8 *w, int32_t depth, int32_t acc[4])
{
    int32_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3];

    for (; depth >= 4; depth -= 4) {
        const uint32_t v = nn_load4(x);
        const uint32_t even = nn_sxtb16(v), odd = nn_sxtb16_ror8(v);
        const uint32_t w0 = nn_load4(w), w1 = nn_load4(w + 4), w2 = nn_load4(w + 8), w3 = nn_load4(w + 12);
        a0 = nn_smlad(even, nn_sxtb16(w0), a0);
        a0 = nn_smlad(odd, nn_sxtb16_ror8(w0), a0);
        a1 = nn_smlad(even, nn_sxtb16(w1), a1);
        a1 = nn_smlad(odd, nn_sxtb16_ror8(w1), a1);
        a2 = nn_smlad(even, nn_sxtb16(w2), a2);
        a2 = nn_smlad(odd, nn_sxtb16_ror8(w2), a2);
        a3 = nn_smlad(even, nn_sxtb16(w3), a3);
        a3 = nn_smlad(odd, nn_sxtb16_ror8(w3), a3);
        x += 4;
        w += 16;
    }
    for (int32_t i = 0; i < depth; i++) {
        a0 += x[i] * w[i];
        a1 += x[i] * w[i + depth];
        a2 += x[i] * w[i + 2 * depth];
        a3 += x[i] * w[i + 3 * depth];
    }
    acc[0] = a0;
    acc[1] = a1;
    acc[2] = a2;
    acc[3] = a3;
    return w + 4 * depth;
}

#endif
