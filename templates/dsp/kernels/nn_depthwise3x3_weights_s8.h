#ifndef NN_DEPTHWISE3X3_WEIGHTS_S8_H
#define NN_DEPTHWISE3X3_WEIGHTS_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* Of two words of four channels: the pair (a, b) of each channel, to words that lie 7 apart. */
static inline void nn_channel_pairs_s8(uint32_t a, uint32_t b, uint32_t *to)
{
    const uint32_t a02 = nn_sxtb16(a), b02 = nn_sxtb16(b), a13 = nn_sxtb16_ror8(a), b13 = nn_sxtb16_ror8(b);
    to[0] = (a02 & 0xFFFFu) | (b02 << 16);
    to[7] = (a13 & 0xFFFFu) | (b13 << 16);
    to[14] = (a02 >> 16) | (b02 & 0xFFFF0000u);
    to[21] = (a13 >> 16) | (b13 & 0xFFFF0000u);
}

/* What the loop over strips holds in registers for each of four channels, 7 words: weights (0, 2), (3, 5), (6, 8), (1, 4),
 * (7, -) as int16, multiplier, bias. stream: four bias, a word of four codes for columns 1, 2, 0 of each row, four multipliers. */
NN_ONCE void nn_depthwise3x3_weights_s8(const uint32_t *stream, uint32_t channels[28])
{
    const uint32_t *w = stream + 4;

    nn_channel_pairs_s8(w[2], w[1], channels);
    nn_channel_pairs_s8(w[5], w[4], channels + 1);
    nn_channel_pairs_s8(w[8], w[7], channels + 2);
    nn_channel_pairs_s8(w[0], w[3], channels + 3);
    nn_channel_pairs_s8(w[6], 0u, channels + 4);
    for (int32_t i = 0; i < 4; i++) {
        channels[7 * i + 5] = stream[13 + i];
        channels[7 * i + 6] = stream[i];
    }
}

#endif
