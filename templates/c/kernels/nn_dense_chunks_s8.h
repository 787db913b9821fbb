#ifndef NN_DENSE_CHUNKS_S8_H
#define NN_DENSE_CHUNKS_S8_H
#include <stdint.h>
#include "nn_block4_s8.h"
#include "nn_packed_s8.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"
#include "nn_row_s8.h"
#include "nn_unpack_s8.h"
#include "nn_weight_s8.h"

/* nn_dense_s8 for packed weights and one row of x: `chunk` columns (a multiple of four) of four outputs are unpacked
 * into codes at a time, a segment of the stream; of one output when fewer are left. */
static inline void nn_dense_chunks_s8(const nn_quant *q, int32_t in, int32_t out, const int8_t *x,
                                      const nn_packed_s8 *packed, int32_t chunk,
                                      nn_weight_s8 *codes, const int32_t *bias, const int32_t *multiplier, int8_t *y)
{
    const uint8_t *from = packed->bytes;

    for (int32_t o = 0; o < out;) {
        const int32_t rows = (out - o < 4) ? 1 : 4;
        int32_t acc[4] = { 0, 0, 0, 0 };
        for (int32_t first = 0; first < in; first += chunk) {
            const int32_t columns = (in - first < chunk) ? in - first : chunk;
            from = nn_unpack_s8(packed, from, rows * columns, codes);
            if (rows == 4) {
                (void)nn_block4_s8(x + first, codes, columns, acc);
            } else {
                (void)nn_row_s8(x + first, codes, columns, acc);
            }
        }
        for (int32_t i = 0; i < rows; i++, o++) {
            y[o] = nn_requantize_s8(q, bias[o] + acc[i], multiplier[o]);
        }
    }
}

#endif
