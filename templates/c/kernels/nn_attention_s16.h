#ifndef NN_ATTENTION_S16_H
#define NN_ATTENTION_S16_H
#include <stdint.h>
#include "nn_attention_shape.h"
#include "nn_exp2_u24.h"
#include "nn_quant.h"
#include "nn_requantize_s16_s64.h"

/* Zero points of the operands; scores are products / 2^score_shift, score * multiplier / 2^shift is in 2^-20 of an octave. */
typedef struct {
    int32_t q_zero_point, k_zero_point, v_zero_point, score_shift;
    uint32_t multiplier;
    int32_t shift, output_multiplier;
} nn_wide_attention;

/* For each query row: the mean of the values, weighed by a softmax of its products with the keys, codes of 16 bits. A query
 * without keys gives zeros. allowed: 0 where a key is masked, or NULL. row: kv_len numbers. */
static inline void nn_attention_s16(const nn_attention_shape *s, const nn_wide_attention *c, const nn_quant *quant,
                                    const int16_t *q, const int16_t *k, const int16_t *v, const uint8_t *allowed,
                                    const uint32_t *powers, int32_t *row, int16_t *y)
{
    const int32_t group = s->q_heads / s->kv_heads;

    for (int32_t b = 0; b < s->batch; b++) {
        for (int32_t h = 0; h < s->q_heads; h++) {
            const int16_t *keys = k + b * s->k_batch_step + (h / group) * s->k_head_step;
            const int16_t *values = v + b * s->v_batch_step + (h / group) * s->v_head_step;
            for (int32_t i = 0; i < s->q_len; i++) {
                const int16_t *query = q + b * s->q_batch_step + h * s->q_head_step + i * s->q_row_step;
                const int32_t mask_row = b * s->mask_batch_step + h * s->mask_head_step + i * s->mask_row_step;
                const int32_t used = (s->causal != 0 && i + 1 < s->mask_len) ? i + 1 : s->mask_len;
                int16_t *out = y + b * s->y_batch_step + h * s->y_head_step + i * s->y_row_step;
                int32_t best = INT32_MIN;
                uint64_t total = 0;

                for (int32_t j = 0; j < used; j++) {
                    const int16_t *key = keys + j * s->k_row_step;
                    int64_t sum = 0;
                    for (int32_t n = 0; n < s->qk_size; n++) {
                        sum += (int64_t)(query[n] - c->q_zero_point) * (key[n] - c->k_zero_point);
                    }
                    row[j] = (int32_t)(sum >> c->score_shift);
                    if (allowed != 0 && allowed[mask_row + j] == 0u) {
                        row[j] = INT32_MIN;
                    }
                    best = (row[j] > best) ? row[j] : best;
                }
                for (int32_t j = 0; j < used; j++) {
                    const uint32_t distance = (uint32_t)best - (uint32_t)row[j];
                    const int32_t masked = (row[j] == INT32_MIN);
                    row[j] = masked ? 0 : (int32_t)nn_exp2_u24(distance, c->multiplier, c->shift, powers);
                    total += (uint64_t)row[j];
                }
                total = (total > 0u) ? (UINT64_C(1) << 48) / total : 0u;
                for (int32_t j = 0; j < used; j++) {
                    row[j] = (int32_t)(((uint64_t)row[j] * total + (UINT64_C(1) << 23)) >> 24);
                }
                for (int32_t n = 0; n < s->v_size; n++) {
                    int64_t sum = 0;
                    for (int32_t j = 0; j < used; j++) {
                        sum += (int64_t)row[j] * (values[j * s->v_row_step + n] - c->v_zero_point);
                    }
                    out[n] = nn_requantize_s16_s64(quant, sum, c->output_multiplier);
                }
            }
        }
    }
}

#endif
