#ifndef NN_DENSE_BLOCKS_S8_H
#define NN_DENSE_BLOCKS_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_quant.h"
#include "nn_rows_s8.h"
#include "nn_unpack_s8.h"
#include "nn_weight_s8.h"

/* nn_dense_s8 for packed weights: `block` outputs at a time are unpacked into codes, a segment of the stream, then
 * computed for all rows of x. So y must not lie over x when there are several. */
static inline void nn_dense_blocks_s8(const nn_quant *q, int32_t rows, int32_t in, int32_t out, const int8_t *x,
                                      const nn_packed_s8 *packed, int32_t block,
                                      nn_weight_s8 *codes, const int32_t *bias, const int32_t *multiplier, int8_t *y)
{
    const uint8_t *from = packed->bytes;

    for (int32_t first = 0; first < out; first += block) {
        const int32_t count = (out - first < block) ? out - first : block;
        from = nn_unpack_s8(packed, from, count * in, codes);
        for (int32_t r = 0; r < rows; r++) {
            (void)nn_rows_s8(q, count, in, x + r * in, codes, bias + first, multiplier + first, y + r * out + first);
        }
    }
}

#endif
