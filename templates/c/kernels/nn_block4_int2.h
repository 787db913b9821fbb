#ifndef NN_BLOCK4_INT2_H
#define NN_BLOCK4_INT2_H
#include <stddef.h>
#include <stdint.h>
#include "nn_unpack_int2_s8.h"
#include "nn_weight_int2.h"

/* acc[r] += x[depth] . (row r of a block of four) for pairs of bits: a byte holds a column of the four rows, row 0 in
 * the highest bits. */
static inline const nn_weight_int2 *nn_block4_int2(const int8_t *x, const nn_weight_int2 *w, int32_t depth,
                                                   int32_t acc[4])
{
    int32_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3];
    int8_t rest[12];

    for (; depth >= 4; depth -= 4) {
        for (int32_t k = 0; k < 4; k++) {
            const uint32_t column = (uint32_t)w[k] << 24;
            a0 += x[k] * ((int32_t)column >> 30);
            a1 += x[k] * ((int32_t)(column << 2) >> 30);
            a2 += x[k] * ((int32_t)(column << 4) >> 30);
            a3 += x[k] * ((int32_t)(column << 6) >> 30);
        }
        x += 4;
        w += 4;
    }
    w = nn_unpack_int2_s8(NULL, w, 4 * depth, rest);
    for (int32_t i = 0; i < depth; i++) {
        a0 += x[i] * rest[i];
        a1 += x[i] * rest[i + depth];
        a2 += x[i] * rest[i + 2 * depth];
        a3 += x[i] * rest[i + 3 * depth];
    }
    acc[0] = a0;
    acc[1] = a1;
    acc[2] = a2;
    acc[3] = a3;
    return w;
}

#endif
