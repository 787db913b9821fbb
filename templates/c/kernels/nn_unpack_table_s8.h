#ifndef NN_UNPACK_TABLE_S8_H
#define NN_UNPACK_TABLE_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_weight_s8.h"

/* Indices of packed->bits bits, 1 to 8, the most significant bit first, into packed->values[2^bits]. */
static inline const uint8_t *nn_unpack_table_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                                nn_weight_s8 *codes)
{
    const nn_weight_s8 *values = packed->values;
    const int32_t bits = packed->bits;
    const uint32_t mask = (1u << bits) - 1u;
    uint32_t window = 0;
    int32_t held = 0;

    for (int32_t i = 0; i < count; i++) {
        if (held < bits) {
            window = (window << 8) | *from++;
            held += 8;
        }
        held -= bits;
        codes[i] = values[(window >> held) & mask];
    }
    return from;
}

#endif
