#ifndef NN_UNPACK_TABLES_S8_H
#define NN_UNPACK_TABLES_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_row_walk.h"
#include "nn_weight_s8.h"

/* nn_unpack_table_s8 with several tables, packed->values[..][2^bits]: the kind of a row is the number of its table.
 * Whatever the bytes and tables are, nothing outside them is read; what lies past the end are zeros. */
static inline const uint8_t *nn_unpack_tables_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                                 nn_weight_s8 *codes)
{
    const uint8_t *end = packed->bytes + packed->length;
    const int32_t bits = packed->bits;
    const uint32_t mask = (1u << bits) - 1u;
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
        const int32_t first = kind << bits;
        const nn_weight_s8 *values = packed->values + ((first < packed->symbols) ? first : 0);
        for (int32_t i = 0; i < run; i++) {
            if (held < bits) {
                window = (window << 8) | ((from < end) ? *from++ : 0u);
                held += 8;
            }
            held -= bits;
            codes[i] = values[(window >> held) & mask];
        }
        codes += run;
        count -= run;
    }
    return from;
}

#endif
