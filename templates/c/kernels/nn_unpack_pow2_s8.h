#ifndef NN_UNPACK_POW2_S8_H
#define NN_UNPACK_POW2_S8_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_packed_s8.h"

/* Nibbles of a sign and an exponent: 0 or 2^(e-1) for e = 1 .. 7. Groups of 8 codes in 4 bytes: the high nibbles are the
 * first four codes, the low ones the others. The last group has as many bytes as it needs. */
NN_ONCE const uint8_t *nn_unpack_pow2_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                         int8_t *codes)
{
    static const int8_t powers[16] = { 0, 1, 2, 4, 8, 16, 32, 64, 0, -1, -2, -4, -8, -16, -32, -64 };

    (void)packed;
    while (count > 0) {
        const int32_t group = (count < 8) ? count : 8;
        const int32_t bytes = (group + 1) / 2;
        for (int32_t k = 0; k < bytes; k++) {
            codes[k] = powers[from[k] >> 4];
            if (k + bytes < group) {
                codes[k + bytes] = powers[from[k] & 15];
            }
        }
        from += bytes;
        codes += group;
        count -= group;
    }
    return from;
}

#endif
