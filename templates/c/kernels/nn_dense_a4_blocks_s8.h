#ifndef NN_DENSE_A4_BLOCKS_S8_H
#define NN_DENSE_A4_BLOCKS_S8_H
#include <stdint.h>
#include "nn_activations.h"
#include "nn_dense_a4_part_s8.h"
#include "nn_packed_s8.h"
#include "nn_quant.h"
#include "nn_unpack_s8.h"
#include "nn_weight_s8.h"

/* nn_dense_blocks_s8 with packed codes (see nn_activations). */
static inline void nn_dense_a4_blocks_s8(const nn_quant *q, int32_t rows, int32_t in, int32_t out,
                                         const nn_activations *a, const nn_packed_s8 *packed,
                                         int32_t block, nn_weight_s8 *codes, const int32_t *bias,
                                         const int32_t *multiplier)
{
    const uint8_t *from = packed->bytes;

    for (int32_t first = 0; first < out; first += block) {
        const int32_t count = (out - first < block) ? out - first : block;
        from = nn_unpack_s8(packed, from, count * in, codes);
        nn_dense_a4_part_s8(q, rows, in, out, a, first, count, codes, bias + first, multiplier + first);
    }
}

#endif
