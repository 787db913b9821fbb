#ifndef NN_FILL_PAIRS_H
#define NN_FILL_PAIRS_H
#include <stdint.h>

/* A table of pairs: for each byte the codes of its lower and its higher half as the halves of a word. values: 16 codes. pairs: 256. */
static inline const uint32_t *nn_fill_pairs(const int16_t *values, uint32_t *pairs)
{
    for (int32_t high = 0; high < 16; high++) {
        const uint32_t above = (uint32_t)(uint16_t)values[high] << 16;
        for (int32_t low = 0; low < 16; low++) {
            pairs[16 * high + low] = above | (uint16_t)values[low];
        }
    }
    return pairs;
}

#endif
