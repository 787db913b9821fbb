#ifndef NN_BLOCK4_TERNARY_H
#define NN_BLOCK4_TERNARY_H
#include <stddef.h>
#include <stdint.h>
#include "nn_block4_s8.h"
#include "nn_unpack_ternary_s8.h"
#include "nn_weight_ternary.h"

/* nn_block4_s8 for packed weights: 20 columns of the four rows, which fill whole groups of bytes in every packing, are
 * unpacked at a time. */
static inline const nn_weight_ternary *nn_block4_ternary(const int8_t *x, const nn_weight_ternary *w, int32_t depth,
                                                         int32_t acc[4])
{
    int8_t codes[80];

    for (; depth > 0; depth -= 20) {
        const int32_t columns = (depth < 20) ? depth : 20;
        w = nn_unpack_ternary_s8(NULL, w, 4 * columns, codes);
        (void)nn_block4_s8(x, codes, columns, acc);
        x += columns;
    }
    return w;
}

#endif
