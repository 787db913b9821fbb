#ifndef NN_SCORES_S8_H
#define NN_SCORES_S8_H
#include <stdint.h>
#include "nn_halves.h"
#include "nn_load4.h"
#include "nn_smlad.h"
#include "nn_ssub16.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* The products of a query with `count` keys, k_step apart, of `size` codes each, all without their zero points: four codes of
 * two keys at a time, 18 instructions for 8 products. The keys' zero point is taken off once for each query. */
static inline void nn_scores_s8(const int8_t *query, int32_t q_zero_point, int32_t size, const int8_t *k, int32_t k_step,
                                int32_t k_zero_point, int32_t count, int32_t *row)
{
    const uint32_t zero = nn_halves(q_zero_point, q_zero_point);
    const int32_t fours = size & ~3;
    int32_t start = 0;

    for (int32_t d = 0; d < size; d++) {
        start -= (query[d] - q_zero_point) * k_zero_point;
    }
    for (int32_t j = 0; j < count; j += 2) {
        const int8_t *key = k + j * k_step;
        const int8_t *next = (j + 1 < count) ? key + k_step : key;
        int32_t score = start;
        int32_t other = start;
        int32_t d = 0;
        for (; d < fours; d += 4) {
            const uint32_t codes = nn_load4(query + d);
            const uint32_t even = nn_ssub16(nn_sxtb16(codes), zero);
            const uint32_t odd = nn_ssub16(nn_sxtb16_ror8(codes), zero);
            const uint32_t a = nn_load4(key + d);
            const uint32_t b = nn_load4(next + d);
            score = nn_smlad(even, nn_sxtb16(a), score);
            score = nn_smlad(odd, nn_sxtb16_ror8(a), score);
            other = nn_smlad(even, nn_sxtb16(b), other);
            other = nn_smlad(odd, nn_sxtb16_ror8(b), other);
        }
        for (; d < size; d++) {
            score += (query[d] - q_zero_point) * key[d];
            other += (query[d] - q_zero_point) * next[d];
        }
        row[j] = score;
        if (j + 1 < count) {
            row[j + 1] = other;
        }
    }
}

#endif
