#ifndef NN_ROW_TERNARY_H
#define NN_ROW_TERNARY_H
#include <stddef.h>
#include <stdint.h>
#include "nn_row_s8.h"
#include "nn_unpack_ternary_s8.h"
#include "nn_weight_ternary.h"

/* nn_row_s8 for packed weights: 80 at a time, which fill whole groups of bytes in every packing, are unpacked first. */
static inline const nn_weight_ternary *nn_row_ternary(const int8_t *x, const nn_weight_ternary *w, int32_t depth,
                                                      int32_t *acc)
{
    int8_t codes[80];

    for (; depth > 0; depth -= 80) {
        const int32_t columns = (depth < 80) ? depth : 80;
        w = nn_unpack_ternary_s8(NULL, w, columns, codes);
        (void)nn_row_s8(x, codes, columns, acc);
        x += columns;
    }
    return w;
}

#endif
