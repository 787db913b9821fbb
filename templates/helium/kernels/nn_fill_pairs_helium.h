#ifndef NN_FILL_PAIRS_HELIUM_H
#define NN_FILL_PAIRS_HELIUM_H
#include <stdint.h>

/* A table of pairs: for each byte the code of its lower half and, above it, that of its higher half. values: 16 codes. pairs: 256. */
static inline const uint16_t *nn_fill_pairs_helium(const int8_t *values, uint16_t *pairs)
{
    for (int32_t high = 0; high < 16; high++) {
        const uint32_t above = (uint32_t)(uint8_t)values[high] << 8;
        for (int32_t low = 0; low < 16; low++) {
            pairs[16 * high + low] = (uint16_t)(above | (uint8_t)values[low]);
        }
    }
    return pairs;
}

#endif
