#ifndef NN_PAIR_WEIGHTS_S8_H
#define NN_PAIR_WEIGHTS_S8_H
#include <stdint.h>
#include <string.h>
#include "nn_conv_shape.h"
#include "nn_naked.h"
#include "nn_pairs4_s8.h"

/* The weights of four channels of a depthwise convolution as rows of the input are widened: four bias; each row of the kernel by
 * pairs, the last column of an odd number with 0; four multipliers. w: the same with a word of four codes for each tap. */
NN_ONCE void nn_pair_weights_s8(const nn_conv_shape *s, const uint32_t *w, uint32_t *pairs)
{
    memcpy(pairs, w, 4 * sizeof *w);
    w += 4;
    pairs += 4;
    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        for (int32_t kx = 0; kx < s->kernel_w; kx += 2) {
            nn_pairs4_s8(w[kx], (kx + 1 < s->kernel_w) ? w[kx + 1] : 0u, pairs);
            pairs += 4;
        }
        w += s->kernel_w;
    }
    memcpy(pairs, w, 4 * sizeof *w);
}

#endif
