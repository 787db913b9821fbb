#ifndef NN_BLOCK4_S8_H
#define NN_BLOCK4_S8_H
#include <stdint.h>
#include "nn_weight_s8.h"

/* acc[r] += x[depth] . (row r of a block of four). Block: [depth / 4][row][4], then [row][depth % 4].
 * Returns the end of the block. */
static inline const nn_weight_s8 *nn_block4_s8(const int8_t *x, const nn_weight_s8 *w, int32_t depth, int32_t acc[4])
{
    int32_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3];

    for (; depth >= 4; depth -= 4) {
        const int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
        a0 += x0 * w[0] + x1 * w[1] + x2 * w[2] + x3 * w[3];
        a1 += x0 * w[4] + x1 * w[5] + x2 * w[6] + x3 * w[7];
        a2 += x0 * w[8] + x1 * w[9] + x2 * w[10] + x3 * w[11];
        a3 += x0 * w[12] + x1 * w[13] + x2 * w[14] + x3 * w[15];
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
