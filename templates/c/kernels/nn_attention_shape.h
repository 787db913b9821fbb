#ifndef NN_ATTENTION_SHAPE_H
#define NN_ATTENTION_SHAPE_H
#include <stdint.h>

/* Geometry of a scaled dot-product attention. Steps are in elements; the vectors themselves lie densely.
 * Key and value heads are shared by q_heads / kv_heads query heads each. */
typedef struct {
    int32_t batch, q_heads, kv_heads;
    int32_t q_len, kv_len, past_len;
    int32_t qk_size, v_size;
    int32_t q_batch_step, q_head_step, q_row_step;
    int32_t k_batch_step, k_head_step, k_row_step;
    int32_t v_batch_step, v_head_step, v_row_step;
    int32_t y_batch_step, y_head_step, y_row_step;
    int32_t mask_batch_step, mask_head_step, mask_row_step, mask_len; /* keys from mask_len on are masked */
    int32_t causal;
    int32_t trace; /* what goes to qk: 0 products, 1 after softcap, 2 after the mask, 3 after softmax */
    float scale, softcap;
} nn_attention_shape;

#endif
