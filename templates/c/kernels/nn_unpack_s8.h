#ifndef NN_UNPACK_S8_H
#define NN_UNPACK_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_weight_s8.h"

/* A decoder: `count` codes from the bytes at `from` on, which begin a segment. Returns the end of the segment. This one
 * reads a byte for each code; in a model the decoder of the layer's format stands in its place. */
static inline const uint8_t *nn_unpack_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                          nn_weight_s8 *codes)
{
    (void)packed;
    for (int32_t k = 0; k < count; k++) {
        codes[k] = (nn_weight_s8)((int32_t)((uint32_t)from[k] << 24) >> 24);
    }
    return from + count;
}

#endif
