#ifndef NN_UNPACK_TERNARY_S8_H
#define NN_UNPACK_TERNARY_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_packed_s8.h"
#include "nn_ssub8.h"
#include "nn_store4.h"

/* -1, 0 and 1, groups of 20 codes in 4 bytes: byte = ceil(256 * number / 243) for a number of five digits to base 3.
 * Three times a byte has the next digit in its upper bits and the rest in its lower ones: two bytes in the halves of a word
 * at a time. The first digits are the first four codes, and so on. The last group has as many bytes as it needs. */
static inline const uint8_t *nn_unpack_ternary_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                                  int8_t *codes)
{
    const uint32_t halves = 0x00FF00FFu;

    (void)packed;
    for (; count >= 20; count -= 20) {
        const uint32_t bytes = nn_load4((const int8_t *)from);
        uint32_t even = bytes & halves, odd = (bytes >> 8) & halves;
        for (int32_t digit = 0; digit < 5; digit++) {
            even *= 3u;
            odd *= 3u;
            nn_store4(codes, nn_ssub8(((even >> 8) & halves) | (odd & ~halves), 0x01010101u));
            even &= halves;
            odd &= halves;
            codes += 4;
        }
        from += 4;
    }
    const int32_t last = (count + 4) / 5;
    for (int32_t k = 0; k < last; k++) {
        uint32_t rest = from[k];
        for (int32_t i = k; i < count; i += last) {
            rest *= 3u;
            codes[i] = (int8_t)((int32_t)(rest >> 8) - 1);
            rest &= 255u;
        }
    }
    return from + last;
}

#endif
