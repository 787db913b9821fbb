#ifndef NN_LINEAR_ATTENTION_F32_H
#define NN_LINEAR_ATTENTION_F32_H
#include <math.h>
#include <stdint.h>

/* q[batch][steps][q_heads][qk_size], k and v likewise with kv_heads, decay per number of k (decay_size = qk_size) or
 * per head (decay_size = 1), beta per head (beta_heads = kv_heads) or one; decay, beta and past may be NULL. */
typedef struct {
    int32_t batch, steps, q_heads, kv_heads, qk_size, v_size;
    int32_t decay_size, beta_heads;
    int32_t delta; /* writes what is missing (delta rule) instead of adding v */
    float scale;
} nn_linear_attention_shape;

/* Per head and step: state = exp(decay) state + k w, w = v, or beta (v - k state) by the delta rule; y = scale q state.
 * state[batch][kv_heads][qk_size][v_size] starts as past or zero and is left as it ends. */
static inline void nn_linear_attention_f32(const nn_linear_attention_shape *s, const float *q, const float *k,
                                           const float *v, const float *past, const float *decay, const float *beta,
                                           float *state, float *y)
{
    const int32_t group = s->q_heads / s->kv_heads;
    const int32_t cells = s->qk_size * s->v_size;

    for (int32_t i = 0; i < s->batch * s->kv_heads * cells; i++) {
        state[i] = (past != 0) ? past[i] : 0.0f;
    }
    for (int32_t b = 0; b < s->batch; b++) {
        for (int32_t t = 0; t < s->steps; t++) {
            const int32_t at = b * s->steps + t;
            for (int32_t h = 0; h < s->kv_heads; h++) {
                float *cell = state + (b * s->kv_heads + h) * cells;
                const float *key = k + (at * s->kv_heads + h) * s->qk_size;
                const float *value = v + (at * s->kv_heads + h) * s->v_size;
                for (int32_t i = 0; i < s->qk_size && decay != 0; i++) {
                    const float *d = decay + (at * s->kv_heads + h) * s->decay_size;
                    const float kept = expf(d[(s->decay_size == 1) ? 0 : i]);
                    for (int32_t j = 0; j < s->v_size; j++) {
                        cell[i * s->v_size + j] *= kept;
                    }
                }
                for (int32_t j = 0; j < s->v_size; j++) {
                    float written = value[j];
                    if (s->delta != 0) {
                        for (int32_t i = 0; i < s->qk_size; i++) {
                            written -= key[i] * cell[i * s->v_size + j];
                        }
                        written *= (beta != 0) ? beta[at * s->beta_heads + ((s->beta_heads == 1) ? 0 : h)] : 1.0f;
                    }
                    for (int32_t i = 0; i < s->qk_size; i++) {
                        cell[i * s->v_size + j] += key[i] * written;
                    }
                }
                for (int32_t g = 0; g < group; g++) {
                    const int32_t head = at * s->q_heads + h * group + g;
                    for (int32_t j = 0; j < s->v_size; j++) {
                        float sum = 0.0f;
                        for (int32_t i = 0; i < s->qk_size; i++) {
                            sum += q[head * s->qk_size + i] * cell[i * s->v_size + j];
                        }
                        y[head * s->v_size + j] = s->scale * sum;
                    }
                }
            }
        }
    }
}

#endif
