#ifndef NN_UNPACK_INT4_S8_H
#define NN_UNPACK_INT4_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_packed_s8.h"
#include "nn_ssub8.h"
#include "nn_store4.h"

/* Signed nibbles, groups of 8 codes in 4 bytes: the high nibbles are the first four codes, the low ones the others. The
 * last group has as many bytes as it needs. */
static inline const uint8_t *nn_unpack_int4_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                               int8_t *codes)
{
    const uint32_t low = 0x0F0F0F0Fu, sign = 0x08080808u;

    (void)packed;
    for (; count >= 8; count -= 8) {
        const uint32_t both = nn_load4((const int8_t *)from);
        nn_store4(codes, nn_ssub8(((both >> 4) & low) ^ sign, sign));
        nn_store4(codes + 4, nn_ssub8((both & low) ^ sign, sign));
        from += 4;
        codes += 8;
    }
    const int32_t last = (count + 1) / 2;
    for (int32_t k = 0; k < last; k++) {
        const int32_t both = (int32_t)((uint32_t)from[k] << 24) >> 24;
        codes[k] = (int8_t)(both >> 4);
        if (k + last < count) {
            codes[k + last] = (int8_t)((int32_t)((uint32_t)both << 28) >> 28);
        }
    }
    return from + last;
}

#endif
