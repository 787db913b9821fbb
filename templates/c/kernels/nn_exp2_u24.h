#ifndef NN_EXP2_U24_H
#define NN_EXP2_U24_H
#include <stdint.h>

/* 2^(24 - (difference * multiplier >> shift) / 2^20), between the powers[j] = 2^(24 - j / 256) on a straight line; 0 from 25
 * octaves on. */
static inline uint32_t nn_exp2_u24(uint32_t difference, uint32_t multiplier, int32_t shift, const uint32_t *powers)
{
    const uint64_t steps = ((uint64_t)difference * multiplier) >> shift;
    const uint32_t j = (uint32_t)(steps >> 12) & 255u;
    const uint32_t power = powers[j] - (((powers[j] - powers[j + 1u]) * ((uint32_t)steps & 4095u)) >> 12);

    return ((steps >> 20) > 24u) ? 0u : power >> (uint32_t)(steps >> 20);
}

#endif
