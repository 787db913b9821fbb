#ifndef NN_ATTENTION_S8_H
#define NN_ATTENTION_S8_H
#include <stdint.h>
#include "nn_attention_shape.h"
#include "nn_requantize_s8.h"

/* Zero points of the operands; logits are products * multiplier / 2^shift, in 1 / 256 of a power of 2. */
typedef struct {
    int32_t q_zero_point, k_zero_point, v_zero_point;
    uint32_t multiplier;
    int32_t shift, output_multiplier;
} nn_attention_codes;

/* For each query row: the mean of the values, weighed by a softmax of its products with the keys. allowed (0 = masked)
 * may be NULL; a query without keys gives zeros. powers[f] = 2^15 * 2^(-f / 256). row: kv_len numbers. */
static inline void nn_attention_s8(const nn_attention_shape *s, const nn_attention_codes *c, const nn_quant *quant,
                                   const int8_t *q, const int8_t *k, const int8_t *v, const uint8_t *allowed,
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
                int32_t best = INT32_MIN;
                uint32_t sum = 0;

                for (int32_t j = 0; j < used; j++) {
                    const int8_t *key = keys + j * s->k_row_step;
                    int32_t score = 0;
                    if (allowed != 0 && allowed[mask_row + j] == 0u) {
                        row[j] = INT32_MIN;
                        continue;
                    }
                    for (int32_t d = 0; d < s->qk_size; d++) {
                        score += (query[d] - c->q_zero_point) * (key[d] - c->k_zero_point);
                    }
                    row[j] = score;
                    best = (score > best) ? score : best;
                }
                for (int32_t j = 0; j < used; j++) {
                    uint32_t weight = 0;
                    if (row[j] != INT32_MIN) {
                        const uint64_t distance = (uint64_t)((uint32_t)best - (uint32_t)row[j]) * c->multiplier;
                        const uint64_t z = distance >> c->shift;
                        weight = (z < 4096u) ? (uint32_t)powers[z & 255u] >> (z >> 8) : 0u;
                    }
                    row[j] = (int32_t)weight;
                    sum += weight;
                }
                for (int32_t j = 0; j < used; j++) {
                    row[j] = (sum == 0u) ? 0 : (int32_t)((((uint32_t)row[j] << 15) + sum / 2u) / sum);
                }
                for (int32_t d = 0; d < s->v_size; d++) {
                    int32_t acc = 0;
                    for (int32_t j = 0; j < used; j++) {
                        acc += row[j] * (values[j * s->v_row_step + d] - c->v_zero_point);
                    }
                    out[d] = nn_requantize_s8(quant, acc, c->output_multiplier);
                }
            }
        }
    }
}

#endif
