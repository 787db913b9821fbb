#ifndef NN_SATURATE4_S4_H
#define NN_SATURATE4_S4_H
#include <stdint.h>
#include "nn_over4_s8.h"

/* Four codes saturated to min .. max, which are -8 to 7 or within, their four bits in the lower half of each byte. */
static inline uint32_t nn_saturate4_s4(uint32_t v, int32_t min, int32_t max)
{
    const uint32_t above = (uint32_t)(127 - max) * 0x01010101u, below = (uint32_t)(255 - max + min) * 0x01010101u;

    v = nn_over4_s8(v, above, below);
    return (v + ((uint32_t)min & 0x0Fu) * 0x01010101u) & 0x0F0F0F0Fu;
}

#endif
