#ifndef NN_UNPACK_POW2_S8_H
#define NN_UNPACK_POW2_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_packed_s8.h"

/* Nibbles of a sign and an exponent: 0 or 2^(e-1) for e = 1 .. 7, groups of 8 codes in 4 bytes: the high nibbles are the first four
 * codes, the low ones the others. The last group has as many bytes as it needs. */
static inline const uint8_t *nn_unpack_pow2_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                               int8_t *codes)
{
    static const int8_t powers[16] = { 0, 1, 2, 4, 8, 16, 32, 64, 0, -1, -2, -4, -8, -16, -32, -64 };

    (void)packed;
    for (; count >= 8; count -= 8) {
        const uint32_t both = nn_load4((const int8_t *)from);
        codes[0] = powers[(both >> 4) & 15u];
        codes[1] = powers[(both >> 12) & 15u];
        codes[2] = powers[(both >> 20) & 15u];
        codes[3] = powers[both >> 28];
        codes[4] = powers[both & 15u];
        codes[5] = powers[(both >> 8) & 15u];
        codes[6] = powers[(both >> 16) & 15u];
        codes[7] = powers[(both >> 24) & 15u];
        from += 4;
        codes += 8;
    }
    const int32_t last = (count + 1) / 2;
    for (int32_t k = 0; k < last; k++) {
        codes[k] = powers[from[k] >> 4];
        if (k + last < count) {
            codes[k + last] = powers[from[k] & 15];
        }
    }
    return from + last;
}

#endif
