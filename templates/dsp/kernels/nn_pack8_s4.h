#ifndef NN_PACK8_S4_H
#define NN_PACK8_S4_H
#include <stdint.h>
#include "nn_over4_s8.h"
#include "nn_store4.h"

/* Codes 0 2 4 6 and 1 3 5 7 of eight, saturated to min .. min + 255 - below, two to a byte. */
static inline void nn_pack8_s4(uint8_t *y, uint32_t even, uint32_t odd, uint32_t above, uint32_t below, int32_t min)
{
    const uint32_t v = nn_over4_s8(even, above, below) | (nn_over4_s8(odd, above, below) << 4);
    const uint32_t sign = 0x88888888u, least = ((uint32_t)min & 0xFu) * 0x11111111u;

    /* Each half plus min, modulo 16. */
    nn_store4((int8_t *)y, (min == -8) ? v ^ sign : ((v & ~sign) + (least & ~sign)) ^ ((v ^ least) & sign));
}

#endif
