#ifndef NN_CONV2D_A4_BLOCKS_S8_H
#define NN_CONV2D_A4_BLOCKS_S8_H
#include <stdint.h>
#include "nn_activations.h"
#include "nn_conv2d_a4_part_s8.h"
#include "nn_conv_shape.h"
#include "nn_packed_s8.h"
#include "nn_quant.h"
#include "nn_unpack_s8.h"
#include "nn_weight_s8.h"

/* nn_conv2d_blocks_s8 with packed codes (see nn_activations). */
static inline void nn_conv2d_a4_blocks_s8(const nn_conv_shape *s, const nn_quant *q, const nn_activations *a,
                                          const nn_packed_s8 *packed, int32_t rows,
                                          nn_weight_s8 *codes, const int32_t *bias, const int32_t *multiplier)
{
    const int32_t out = s->out_c / s->groups;
    const int32_t depth = s->kernel_h * s->kernel_w * (s->in_c / s->groups);
    const uint8_t *from = packed->bytes;

    for (int32_t g = 0; g < s->groups; g++) {
        for (int32_t first = 0; first < out; first += rows) {
            const int32_t count = (out - first < rows) ? out - first : rows;
            const int32_t channel = g * out + first;
            from = nn_unpack_s8(packed, from, count * depth, codes);
            nn_conv2d_a4_part_s8(s, q, a, g, 1, count, channel, codes, bias + channel, multiplier + channel);
        }
    }
}

#endif
