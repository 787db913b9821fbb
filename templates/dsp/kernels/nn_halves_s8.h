#ifndef NN_HALVES_S8_H
#define NN_HALVES_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_sadd16.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* Codes of four rows, four columns of each, become words of two halves 256 * w1 + w0, as the kernels of four rows read them. */
static inline void nn_halves4_s8(uint32_t w[4])
{
    const uint32_t a = w[0], b = w[1], c = w[2], d = w[3];
    w[0] = nn_sadd16(nn_sxtb16(a), (b << 8) & 0xFF00FF00u);
    w[1] = nn_sadd16(nn_sxtb16(c), (d << 8) & 0xFF00FF00u);
    w[2] = nn_sadd16(nn_sxtb16_ror8(a), b & 0xFF00FF00u);
    w[3] = nn_sadd16(nn_sxtb16_ror8(c), d & 0xFF00FF00u);
}

/* Codes of four rows, [depth / 4][row][4] and then [row][depth % 4], become the words in the same place, times 2^shift; zeros up to
 * `words`. */
NN_ONCE void nn_halves_s8(uint32_t *w, int32_t depth, int32_t words, int32_t shift)
{
    const int32_t rest = depth % 4, whole = depth - rest;
    uint32_t last[4] = { 0, 0, 0, 0 };

    for (int32_t i = 0; i < 4 * rest; i++) {
        const uint32_t code = (uint32_t)((const int8_t *)(w + whole))[i] & 0xFFu;
        last[i / rest] |= code << (8 * (i % rest));
    }
    for (int32_t i = 0; i < whole; i += 4) {
        nn_halves4_s8(w + i);
    }
    for (int32_t i = whole; i < words; i += 4) {
        nn_halves4_s8(last);
        for (int32_t r = 0; r < 4; r++) {
            w[i + r] = last[r];
            last[r] = 0;
        }
    }
    for (int32_t i = 0; shift > 0 && i < words; i++) {
        w[i] = (w[i] << shift) & (((0xFFFFu << shift) & 0xFFFFu) * 0x10001u);
    }
}

#endif
