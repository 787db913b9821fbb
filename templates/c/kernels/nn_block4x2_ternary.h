#ifndef NN_BLOCK4X2_TERNARY_H
#define NN_BLOCK4X2_TERNARY_H
#include <stddef.h>
#include <stdint.h>
#include "nn_block4x2_s8.h"
#include "nn_unpack_ternary_s8.h"
#include "nn_weight_ternary.h"

/* nn_block4_ternary for two inputs: what is unpacked serves both. */
static inline const nn_weight_ternary *nn_block4x2_ternary(const int8_t *x, const int8_t *z, const nn_weight_ternary *w,
                                                           int32_t depth, int32_t acc[8])
{
    int8_t codes[80];

    for (; depth > 0; depth -= 20) {
        const int32_t columns = (depth < 20) ? depth : 20;
        w = nn_unpack_ternary_s8(NULL, w, 4 * columns, codes);
        (void)nn_block4x2_s8(x, z, codes, columns, acc);
        x += columns;
        z += columns;
    }
    return w;
}

#endif
