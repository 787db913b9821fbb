#ifndef NN_SCORES_S8_H
#define NN_SCORES_S8_H
#include <stdint.h>
#include "nn_helium.h"

/* The products of a query with `count` keys, k_step apart, of `size` codes each, all without their zero points: 16 codes at a
 * time, 5 instructions for 16 products (0.31 each). Zero points are taken off by the sums of the codes. */
static inline void nn_scores_s8(const int8_t *query, int32_t q_zero_point, int32_t size, const int8_t *k, int32_t k_step,
                                int32_t k_zero_point, int32_t count, int32_t *row)
{
    int32_t start = 0;

    for (int32_t d = 0; d < size; d++) {
        start -= (query[d] - q_zero_point) * k_zero_point;
    }
    for (int32_t j = 0; j < count; j++) {
        const int8_t *key = k + j * k_step;
        int32_t score = 0;
        int32_t sum = 0;
#if NN_HAS_MVE
        int32_t d = 0;
        for (; d + 16 <= size; d += 16) {
            const int8x16_t codes = vldrbq_s8(key + d);
            score = vmladavaq_s8(score, vldrbq_s8(query + d), codes);
            sum = vaddvaq_s8(sum, codes);
        }
        if (d < size) {
            const mve_pred16_t lanes = vctp8q((uint32_t)(size - d));
            const int8x16_t codes = vldrbq_z_s8(key + d, lanes);
            score = vmladavaq_s8(score, vldrbq_z_s8(query + d, lanes), codes);
            sum = vaddvaq_s8(sum, codes);
        }
#else
        for (int32_t d = 0; d < size; d++) {
            score += query[d] * key[d];
            sum += key[d];
        }
#endif
        row[j] = start + score - sum * q_zero_point;
    }
}

#endif
