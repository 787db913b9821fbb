#ifndef NN_WINOGRAD_INPUT_S8_H
#define NN_WINOGRAD_INPUT_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_sadd16.h"
#include "nn_ssub16.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* Four positions of a row of B' d B, of the sums or differences of two rows of pixels. */
static inline void nn_winograd_row_s8(uint32_t e0, uint32_t e1, uint32_t e2, uint32_t e3, int32_t channels, uint32_t *v)
{
    v[0] = nn_ssub16(e0, e2);
    v += channels;
    v[0] = nn_sadd16(e1, e2);
    v += channels;
    v[0] = nn_ssub16(e2, e1);
    v += channels;
    v[0] = nn_ssub16(e1, e3);
}

#define NN_WINOGRAD_HALF(WIDEN, V) \
    { \
        const int8_t *b = p + pitch, *c = b + pitch, *d = c + pitch; \
        const uint32_t b0 = WIDEN(nn_load4(b)), b1 = WIDEN(nn_load4(b + channels)), b2 = WIDEN(nn_load4(b + 2 * channels)), \
                       b3 = WIDEN(nn_load4(b + 3 * channels)); \
        const uint32_t c0 = WIDEN(nn_load4(c)), c1 = WIDEN(nn_load4(c + channels)), c2 = WIDEN(nn_load4(c + 2 * channels)), \
                       c3 = WIDEN(nn_load4(c + 3 * channels)); \
        nn_winograd_row_s8(nn_sadd16(b0, c0), nn_sadd16(b1, c1), nn_sadd16(b2, c2), nn_sadd16(b3, c3), channels, (V) + 4 * channels); \
        nn_winograd_row_s8(nn_ssub16(c0, b0), nn_ssub16(c1, b1), nn_ssub16(c2, b2), nn_ssub16(c3, b3), channels, (V) + 8 * channels); \
        nn_winograd_row_s8(nn_ssub16(WIDEN(nn_load4(p)), c0), nn_ssub16(WIDEN(nn_load4(p + channels)), c1), \
                           nn_ssub16(WIDEN(nn_load4(p + 2 * channels)), c2), nn_ssub16(WIDEN(nn_load4(p + 3 * channels)), c3), \
                           channels, (V)); \
        nn_winograd_row_s8(nn_ssub16(b0, WIDEN(nn_load4(d))), nn_ssub16(b1, WIDEN(nn_load4(d + channels))), \
                           nn_ssub16(b2, WIDEN(nn_load4(d + 2 * channels))), nn_ssub16(b3, WIDEN(nn_load4(d + 3 * channels))), \
                           channels, (V) + 12 * channels); \
    }

/* B' d B of a tile of 4 x 4 pixels, rows `pitch` bytes apart, of `channels` (a multiple of four) channels: pairs of int16 to every
 * other word of v[16][channels / 2][2]. About 170 instructions for four channels. */
static inline void nn_winograd_input_s8(const int8_t *p, int32_t pitch, int32_t channels, uint32_t *v)
{
    for (const int8_t *end = p + channels; p != end; p += 4) {
        NN_WINOGRAD_HALF(nn_sxtb16, v)
        NN_WINOGRAD_HALF(nn_sxtb16_ror8, v + 2)
        v += 4;
    }
}

#undef NN_WINOGRAD_HALF

#endif
