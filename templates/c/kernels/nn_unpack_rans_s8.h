#ifndef NN_UNPACK_RANS_S8_H
#define NN_UNPACK_RANS_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_weight_s8.h"

/* Range code (rANS): the lower 12 bits of the state lie in the range of a symbol, ranges are as long as packed->counts
 * says and sum to 4096. The state begins with three bytes and is kept at 65536 or more. Whatever the bytes and tables
 * are, nothing outside them is read; what lies past the end are zeros. */
static inline const uint8_t *nn_unpack_rans_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                               nn_weight_s8 *codes)
{
    const uint8_t *end = packed->bytes + packed->length;
    const uint16_t *counts = packed->counts;
    const int32_t last = packed->symbols - 1;
    uint32_t state = 0;

    for (int32_t i = 0; i < 3; i++) {
        state = (state << 8) | ((from < end) ? *from++ : 0u);
    }
    for (int32_t i = 0; i < count; i++) {
        uint32_t rest = state & 4095u;
        int32_t symbol = 0;
        while (rest >= counts[symbol] && symbol < last) {
            rest -= counts[symbol++];
        }
        codes[i] = packed->values[symbol];
        state = counts[symbol] * (state >> 12) + rest;
        for (int32_t k = 0; k < 2 && state < 65536u; k++) {
            state = (state << 8) | ((from < end) ? *from++ : 0u);
        }
    }
    return from;
}

#endif
