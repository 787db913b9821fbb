#ifndef NN_SCORES_S8_H
#define NN_SCORES_S8_H
#include <stdint.h>

/* The products of a query with `count` keys, k_step apart, of `size` codes each, all without their zero points. */
static inline void nn_scores_s8(const int8_t *query, int32_t q_zero_point, int32_t size, const int8_t *k, int32_t k_step,
                                int32_t k_zero_point, int32_t count, int32_t *row)
{
    for (int32_t j = 0; j < count; j++) {
        const int8_t *key = k + j * k_step;
        int32_t score = 0;
        for (int32_t d = 0; d < size; d++) {
            score += (query[d] - q_zero_point) * (key[d] - k_zero_point);
        }
        row[j] = score;
    }
}

#endif
