#ifndef NN_LANES_S8_H
#define NN_LANES_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_naked.h"

static inline void nn_exchange(uint32_t *w, int32_t i, int32_t k)
{
    const uint32_t word = w[i];
    w[i] = w[k];
    w[k] = word;
}

/* Codes of four rows, [depth / 4][row][4] and then [row][depth % 4], become [depth / 16][row][16] in the same place, filled up
 * with zeros: of each 16 columns, words [4][row] become [row][4]. */
NN_ONCE void nn_lanes_s8(uint32_t *w, int32_t depth)
{
    const int32_t rest = depth % 16, whole = rest - rest % 4;

    for (; depth >= 16; depth -= 16) {
        nn_exchange(w, 1, 4);
        nn_exchange(w, 2, 8);
        nn_exchange(w, 3, 12);
        nn_exchange(w, 6, 9);
        nn_exchange(w, 7, 13);
        nn_exchange(w, 11, 14);
        w += 16;
    }
    if (rest > 0) {
        int8_t codes[4 * 16], *to = (int8_t *)w;
        memcpy(codes, w, (size_t)(4 * rest));
        memset(w, 0, sizeof codes);
        for (int32_t k = 0; k < rest; k++) {
            for (int32_t r = 0; r < 4; r++) {
                to[16 * r + k] = (k < whole) ? codes[k / 4 * 16 + 4 * r + k % 4] : codes[4 * whole + r * (rest % 4) + k - whole];
            }
        }
    }
}

#endif
