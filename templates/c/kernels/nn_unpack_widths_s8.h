#ifndef NN_UNPACK_WIDTHS_S8_H
#define NN_UNPACK_WIDTHS_S8_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_packed_s8.h"
#include "nn_row_walk.h"

/* Two's complement codes, the most significant bit first, of as many bits as the kind of their row says, 0 to 8.
 * Whatever the bytes and tables are, nothing outside them is read; what lies past the end are zeros. */
NN_ONCE const uint8_t *nn_unpack_widths_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                           int8_t *codes)
{
    const uint8_t *end = packed->bytes + packed->length;
    nn_row_walk walk;
    uint32_t window = 0;
    int32_t held = 0;

    if (end - from < 4) {
        return end;
    }
    nn_row_walk_from(&walk, packed->order, from);
    from += 4;
    while (count > 0) {
        int32_t kind;
        const int32_t next = nn_row_walk_next(&walk, packed->order, &kind);
        const int32_t run = (next < count) ? next : count;
        const int32_t width = (kind < 8) ? kind : 8;
        const uint32_t mask = (1u << width) - 1u;
        const int32_t sign = (1 << width) >> 1;
        for (int32_t i = 0; i < run; i++) {
            if (held < width) {
                window = (window << 8) | ((from < end) ? *from++ : 0u);
                held += 8;
            }
            held -= width;
            codes[i] = (int8_t)((int32_t)(((window >> held) & mask) ^ (uint32_t)sign) - sign);
        }
        codes += run;
        count -= run;
    }
    return from;
}

#endif
