#ifndef NN_UNPACK_INT4_S8_H
#define NN_UNPACK_INT4_S8_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_packed_s8.h"

/* Signed nibbles, groups of 8 codes in 4 bytes: the high nibbles are the first four codes, the low ones the others. The
 * last group has as many bytes as it needs. */
NN_ONCE const uint8_t *nn_unpack_int4_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                         int8_t *codes)
{
    (void)packed;
    while (count > 0) {
        const int32_t group = (count < 8) ? count : 8;
        const int32_t bytes = (group + 1) / 2;
        for (int32_t k = 0; k < bytes; k++) {
            const int32_t both = (int32_t)((uint32_t)from[k] << 24) >> 24;
            codes[k] = (int8_t)(both >> 4);
            if (k + bytes < group) {
                codes[k + bytes] = (int8_t)((int32_t)((uint32_t)both << 28) >> 28);
            }
        }
        from += bytes;
        codes += group;
        count -= group;
    }
    return from;
}

#endif
