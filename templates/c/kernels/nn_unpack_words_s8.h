#ifndef NN_UNPACK_WORDS_S8_H
#define NN_UNPACK_WORDS_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_weight_s8.h"

/* Words of a canonical prefix code (Huffman) of at most 12 bits, the most significant bit first: words of equal length
 * are consecutive numbers, shorter ones lie before longer ones; packed->values is in this order. Whatever the bytes and
 * tables are, nothing outside them is read; what lies past the end are zeros, what is no word is the first code. */
static inline const uint8_t *nn_unpack_words_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                                nn_weight_s8 *codes)
{
    const uint8_t *end = packed->bytes + packed->length;
    const uint32_t symbols = (uint32_t)packed->symbols;
    const int32_t longest = (packed->bits < 12) ? packed->bits : 12;
    uint32_t limit[12];  /* 12 bits that are at least this begin a longer word */
    uint32_t offset[12]; /* position in values of a word of this length, minus the word */
    uint32_t word = 0, before = 0, window = 0;
    int32_t held = 0, missing = 0; /* bits in the window; those of them that lie past the end */

    for (int32_t l = 0; l < longest; l++) {
        offset[l] = before - word;
        before += packed->counts[l];
        word += packed->counts[l];
        limit[l] = word << (11 - l);
        word <<= 1;
    }
    for (int32_t i = 0; i < count; i++) {
        while (held < 12) {
            if (from < end) {
                window |= (uint32_t)*from++ << (24 - held);
            } else {
                missing += 8;
            }
            held += 8;
        }
        int32_t l = 0;
        while (l < longest - 1 && (window >> 20) >= limit[l]) {
            l++;
        }
        const uint32_t position = (window >> (31 - l)) + offset[l];
        codes[i] = packed->values[(position < symbols) ? position : 0];
        window <<= l + 1;
        held -= l + 1;
    }
    return from - ((held > missing) ? (held - missing) / 8 : 0);
}

#endif
