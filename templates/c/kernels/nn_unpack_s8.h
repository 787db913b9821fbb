#ifndef NN_UNPACK_S8_H
#define NN_UNPACK_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_weight_s8.h"

/* A decoder: `count` codes from the bytes at `from` on, which begin a segment. Returns the end of the segment. */
typedef const uint8_t *(*nn_unpack_s8)(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                       nn_weight_s8 *codes);

#endif
