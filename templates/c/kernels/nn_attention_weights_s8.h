#ifndef NN_ATTENTION_WEIGHTS_S8_H
#define NN_ATTENTION_WEIGHTS_S8_H
#include <stdint.h>

/* Softmax of `count` scores, INT32_MIN where a key is masked, in 2^-15; returns the sum, 0 where all are masked. An exponent is
 * the distance from the best score * multiplier / 2^19, in 1 / 256 of a power of 2, of distances up to `farthest`, behind which
 * weights are 0; powers[f] = 2^15 * 2^(-f / 256). Shares are products with 2^31 over the upper 16 bits of the sum. */
static inline int32_t nn_attention_weights_s8(int32_t *row, int32_t count, uint32_t multiplier, uint32_t farthest,
                                              const uint16_t *powers)
{
    int32_t best = INT32_MIN;
    int32_t total = 0;
    uint32_t sum = 0;
    int32_t down = 0;

    for (int32_t j = 0; j < count; j++) {
        best = (row[j] > best) ? row[j] : best;
    }
    for (int32_t j = 0; j < count; j++) {
        uint32_t weight = 0;
        if (row[j] != INT32_MIN) {
            const uint32_t distance = (uint32_t)best - (uint32_t)row[j];
            const uint32_t z = (((distance < farthest) ? distance : farthest) * multiplier) >> 19;
            weight = (z < 4096u) ? (uint32_t)powers[z & 255u] >> (z >> 8) : 0u;
        }
        row[j] = (int32_t)weight;
        sum += weight;
    }
    while ((sum >> down) > 65535u) {
        down++;
    }
    const uint32_t whole = (sum != 0u) ? sum >> down : 1u;
    const uint32_t inverse = (0x80000000u + whole / 2u) / whole;
    for (int32_t j = 0; j < count; j++) {
        const uint32_t share = ((uint32_t)row[j] * inverse + (0x8000u << down)) >> (16 + down);
        row[j] = (share < 32767u) ? (int32_t)share : 32767;
        total += row[j];
    }
    return total;
}

#endif
