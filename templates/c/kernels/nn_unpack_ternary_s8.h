#ifndef NN_UNPACK_TERNARY_S8_H
#define NN_UNPACK_TERNARY_S8_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_packed_s8.h"

/* -1, 0 and 1, groups of 20 codes in 4 bytes: byte = ceil(256 * number / 243) for a number of five digits to base 3.
 * Three times a byte has the next digit in its upper bits and the rest in its lower ones. The first digits are the
 * first four codes, the second digits the next four, and so on. The last group has as many bytes as it needs. */
NN_ONCE const uint8_t *nn_unpack_ternary_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                            int8_t *codes)
{
    (void)packed;
    while (count > 0) {
        const int32_t group = (count < 20) ? count : 20;
        const int32_t bytes = (group + 4) / 5;
        for (int32_t k = 0; k < bytes; k++) {
            uint32_t rest = from[k];
            for (int32_t i = k; i < group; i += bytes) {
                rest *= 3u;
                codes[i] = (int8_t)((int32_t)(rest >> 8) - 1);
                rest &= 255u;
            }
        }
        from += bytes;
        codes += group;
        count -= group;
    }
    return from;
}

#endif
