#ifndef NN_ATTENTION_S8_H
#define NN_ATTENTION_S8_H
#include <stdint.h>
#include "nn_attention_shape.h"
#include "nn_attention_weights_s8.h"
#include "nn_scores_s8.h"
#include "nn_weighted_rows_s8.h"

/* Zero points of the operands; logits are products * multiplier / 2^19, in 1 / 256 of a power of 2. A mask of numbers is
 * (code - mask_zero_point) * mask_multiplier in steps of the products. */
typedef struct {
    int32_t q_zero_point, k_zero_point, v_zero_point, mask_zero_point, mask_multiplier;
    uint32_t multiplier, farthest;
    int32_t output_multiplier;
} nn_attention_codes;

/* What a mask does to the keys of a query: allowed (0 = masked), numbers of 8 bits, or constant ones of 16 bits of which the
 * lowest masks. At most one is given, the others are NULL. */
typedef struct {
    const uint8_t *allowed;
    const int8_t *codes;
    const int16_t *numbers;
} nn_attention_mask;

/* For each query row: the mean of the values, weighed by a softmax of its products with the keys. A query without keys gives
 * zeros. powers[f] = 2^15 * 2^(-f / 256). row: kv_len numbers. */
static inline void nn_attention_s8(const nn_attention_shape *s, const nn_attention_codes *c, const nn_quant *quant,
                                   const int8_t *q, const int8_t *k, const int8_t *v, const nn_attention_mask *mask,
                                   const uint16_t *powers, int32_t *row, int8_t *y)
{
    const int32_t group = s->q_heads / s->kv_heads;

    for (int32_t b = 0; b < s->batch; b++) {
        for (int32_t h = 0; h < s->q_heads; h++) {
            const int8_t *keys = k + b * s->k_batch_step + (h / group) * s->k_head_step;
            const int8_t *values = v + b * s->v_batch_step + (h / group) * s->v_head_step;
            for (int32_t i = 0; i < s->q_len; i++) {
                const int8_t *query = q + b * s->q_batch_step + h * s->q_head_step + i * s->q_row_step;
                const int32_t mask_row = b * s->mask_batch_step + h * s->mask_head_step + i * s->mask_row_step;
                const int32_t used = (s->causal != 0 && i + 1 < s->mask_len) ? i + 1 : s->mask_len;
                int8_t *out = y + b * s->y_batch_step + h * s->y_head_step + i * s->y_row_step;

                nn_scores_s8(query, c->q_zero_point, s->qk_size, keys, s->k_row_step, c->k_zero_point, used, row);
                if (mask->allowed != 0) {
                    for (int32_t j = 0; j < used; j++) {
                        row[j] = (mask->allowed[mask_row + j] != 0u) ? row[j] : INT32_MIN;
                    }
                }
                if (mask->codes != 0) {
                    for (int32_t j = 0; j < used; j++) {
                        row[j] += (mask->codes[mask_row + j] - c->mask_zero_point) * c->mask_multiplier;
                    }
                }
                if (mask->numbers != 0) {
                    for (int32_t j = 0; j < used; j++) {
                        const int32_t number = mask->numbers[mask_row + j];
                        row[j] = (number > INT16_MIN) ? row[j] + number * c->mask_multiplier : INT32_MIN;
                    }
                }
                const int32_t total = nn_attention_weights_s8(row, used, c->multiplier, c->farthest, powers);
                nn_weighted_rows_s8(row, used, total * c->v_zero_point, values, s->v_row_step, s->v_size, quant,
                                    c->output_multiplier, out);
            }
        }
    }
}

#endif
