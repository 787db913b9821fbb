#ifndef NN_PAIRS4_S8_H
#define NN_PAIRS4_S8_H
#include <stdint.h>
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* Four channels of two places, for each channel a word of both, as int16. */
static inline void nn_pairs4_s8(uint32_t first, uint32_t second, uint32_t *pairs)
{
    const uint32_t low = (first & 0xFFFFu) | (second << 16), high = (first >> 16) | (second & 0xFFFF0000u);

    pairs[0] = nn_sxtb16(low);
    pairs[1] = nn_sxtb16_ror8(low);
    pairs[2] = nn_sxtb16(high);
    pairs[3] = nn_sxtb16_ror8(high);
}

#endif
