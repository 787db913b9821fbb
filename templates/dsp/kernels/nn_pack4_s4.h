#ifndef NN_PACK4_S4_H
#define NN_PACK4_S4_H
#include <stdint.h>
#include <string.h>
#include "nn_saturate4_s4.h"

/* Four codes, a byte each, saturated to min .. max, two to a byte. */
static inline void nn_pack4_s4(uint8_t *y, uint32_t codes, int32_t min, int32_t max)
{
    const uint32_t v = nn_saturate4_s4(codes, min, max);
    const uint16_t pairs = (uint16_t)(((v | (v >> 4)) & 0xFFu) | (((v >> 8) | (v >> 12)) & 0xFF00u));

    memcpy(y, &pairs, sizeof pairs);
}

#endif
