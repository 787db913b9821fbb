#ifndef NN_UNPACK_INT2_S8_H
#define NN_UNPACK_INT2_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_packed_s8.h"
#include "nn_ssub8.h"
#include "nn_store4.h"

/* Signed pairs of bits, groups of 16 codes in 4 bytes: the highest pair of each byte are the first four codes, the next ones the
 * next four, and so on. The last group has as many bytes as it needs. */
static inline const uint8_t *nn_unpack_int2_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                               int8_t *codes)
{
    const uint32_t low = 0x03030303u, sign = 0x02020202u;

    (void)packed;
    for (; count >= 16; count -= 16) {
        const uint32_t all = nn_load4((const int8_t *)from);
        for (int32_t shift = 6; shift >= 0; shift -= 2) {
            nn_store4(codes, nn_ssub8(((all >> shift) & low) ^ sign, sign));
            codes += 4;
        }
        from += 4;
    }
    const int32_t last = (count + 3) / 4;
    for (int32_t k = 0; k < last; k++) {
        uint32_t rest = (uint32_t)from[k] << 24;
        for (int32_t i = k; i < count; i += last) {
            codes[i] = (int8_t)((int32_t)rest >> 30);
            rest <<= 2;
        }
    }
    return from + last;
}

#endif
