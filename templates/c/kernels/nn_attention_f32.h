#ifndef NN_ATTENTION_F32_H
#define NN_ATTENTION_F32_H
#include <float.h>
#include <math.h>
#include <stdint.h>
#include "nn_attention_shape.h"

/* For each query row: softmax(softcap(scale q . k) + mask) . v over the past keys [batch][kv_heads][past_len][size],
 * then the new ones. Exactly one of mask (added) and allowed (0 = masked) may be given, and nonpad: keys in use per
 * batch. Rows that are masked entirely, by -infinity or the lowest number, give zeros; NaN in a mask
 * masks nothing. row: past_len + kv_len floats.
 * Results that are not wanted are NULL.
 */
static inline void nn_attention_f32(const nn_attention_shape *s, const float *q, const float *k, const float *v,
                                    const float *past_k, const float *past_v, const float *mask, const uint8_t *allowed,
                                    const int64_t *nonpad, float *row, float *y, float *qk)
{
    const int32_t keys = s->past_len + s->kv_len;
    const int32_t group = s->q_heads / s->kv_heads;

    for (int32_t b = 0; b < s->batch; b++) {
        const int32_t used = (nonpad != 0) ? (int32_t)nonpad[b] : keys;
        const int32_t offset = (nonpad != 0) ? used - s->q_len : s->past_len; /* of row 0 among the keys */
        for (int32_t h = 0; h < s->q_heads; h++) {
            const int32_t kv = h / group;
            for (int32_t i = 0; i < s->q_len; i++) {
                const float *query = q + b * s->q_batch_step + h * s->q_head_step + i * s->q_row_step;
                const int32_t mask_row = b * s->mask_batch_step + h * s->mask_head_step + i * s->mask_row_step;
                float *trace = (qk != 0) ? qk + ((b * s->q_heads + h) * s->q_len + i) * keys : 0;
                float *out = y + b * s->y_batch_step + h * s->y_head_step + i * s->y_row_step;
                float max = -INFINITY;
                float best_bias = -INFINITY;
                float sum = 0.0f;

                for (int32_t j = 0; j < keys; j++) {
                    const float *key =
                        (j < s->past_len)
                            ? past_k + ((b * s->kv_heads + kv) * s->past_len + j) * s->qk_size
                            : k + b * s->k_batch_step + kv * s->k_head_step + (j - s->past_len) * s->k_row_step;
                    float bias = 0.0f;
                    float score = 0.0f;
                    for (int32_t d = 0; d < s->qk_size; d++) {
                        score += query[d] * key[d];
                    }
                    score *= s->scale;
                    if (trace != 0 && s->trace == 0) {
                        trace[j] = score;
                    }
                    if (s->softcap > 0.0f) {
                        score = s->softcap * tanhf(score / s->softcap);
                    }
                    if (trace != 0 && s->trace == 1) {
                        trace[j] = score;
                    }
                    if ((s->causal != 0 && j > i + offset) || j >= used || j >= s->mask_len) {
                        bias = -INFINITY;
                    } else if (mask != 0) {
                        bias = mask[mask_row + j];
                    } else if (allowed != 0) {
                        bias = (allowed[mask_row + j] != 0u) ? 0.0f : -INFINITY;
                    }
                    row[j] = score + bias;
                    best_bias = (bias > best_bias || bias != bias) ? bias : best_bias;
                    max = (row[j] > max) ? row[j] : max;
                    if (trace != 0 && s->trace == 2) {
                        trace[j] = row[j];
                    }
                }
                for (int32_t j = 0; j < keys; j++) {
                    row[j] = (best_bias <= -FLT_MAX) ? 0.0f : expf(row[j] - max);
                    sum += row[j];
                }
                for (int32_t d = 0; d < s->v_size; d++) {
                    out[d] = 0.0f;
                }
                for (int32_t j = 0; j < keys; j++) {
                    const float *value =
                        (j < s->past_len)
                            ? past_v + ((b * s->kv_heads + kv) * s->past_len + j) * s->v_size
                            : v + b * s->v_batch_step + kv * s->v_head_step + (j - s->past_len) * s->v_row_step;
                    const float weight = (best_bias <= -FLT_MAX) ? 0.0f : row[j] / sum;
                    for (int32_t d = 0; d < s->v_size; d++) {
                        out[d] += weight * value[d];
                    }
                    if (trace != 0 && s->trace == 3) {
                        trace[j] = weight;
                    }
                }
            }
        }
    }
}

#endif
