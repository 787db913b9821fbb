#ifndef NN_UNPACK_INT2_S8_H
#define NN_UNPACK_INT2_S8_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_packed_s8.h"

/* Signed pairs of bits, groups of 16 codes in 4 bytes: the highest pairs are the first four codes, the next ones the
 * next four. The last group has as many bytes as it needs. */
NN_ONCE const uint8_t *nn_unpack_int2_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                         int8_t *codes)
{
    (void)packed;
    while (count > 0) {
        const int32_t group = (count < 16) ? count : 16;
        const int32_t bytes = (group + 3) / 4;
        for (int32_t k = 0; k < bytes; k++) {
            uint32_t rest = (uint32_t)from[k] << 24;
            for (int32_t i = k; i < group; i += bytes) {
                codes[i] = (int8_t)((int32_t)rest >> 30);
                rest <<= 2;
            }
        }
        from += bytes;
        codes += group;
        count -= group;
    }
    return from;
}

#endif
