/* Every decoder on bytes and tables drawn at random, each in memory of its own size so that a sanitizer sees any access
 * outside, one segment or several. Prints how many streams were decoded; ends with 1 when a decoder returns a place that is
 * not in the stream. */
#include <stdio.h>
#include <stdlib.h>
#include "nn_unpack_int2_s8.h"
#include "nn_unpack_int4_s8.h"
#include "nn_unpack_pow2_s8.h"
#include "nn_unpack_rans_s8.h"
#include "nn_unpack_table_s8.h"
#include "nn_unpack_tables_s8.h"
#include "nn_unpack_ternary_s8.h"
#include "nn_unpack_ttq_s8.h"
#include "nn_unpack_widths_s8.h"
#include "nn_unpack_words_s8.h"

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(seed >> 8) * below) >> 24);
}

/* Half of the time all kinds of bytes, else mostly zeros: both ends of what a state can become. */
static void *noise(size_t bytes)
{
    uint8_t *memory = malloc(bytes > 0 ? bytes : 1);
    const uint32_t kinds = draw(2) ? 256u : 2u;
    for (size_t i = 0; i < bytes; i++) {
        memory[i] = (uint8_t)draw(kinds);
    }
    return memory;
}

/* bits: of one code where the stream is as long as the codes need, or 0 where its length is no matter. */
typedef struct {
    const uint8_t *(*unpack)(const nn_packed_s8 *packed, const uint8_t *from, int32_t count, int8_t *codes);
    int32_t bits, per_byte, values;
    size_t room; /* of what it keeps from one segment to the next; others take one segment, of the right length */
} decoder;

static const decoder decoders[] = {
    { nn_unpack_int4_s8, 4, 2, 0, 0 },    { nn_unpack_int2_s8, 2, 4, 0, 0 }, { nn_unpack_pow2_s8, 4, 2, 0, 0 },
    { nn_unpack_ternary_s8, 0, 5, 0, 0 }, { nn_unpack_ttq_s8, 0, 5, 3, 0 },  { nn_unpack_table_s8, 0, 0, 0, 0 },
    { nn_unpack_words_s8, 0, 0, 0, sizeof(nn_unpack_words_s8_room) },
    { nn_unpack_rans_s8, 0, 0, 0, sizeof(nn_unpack_rans_s8_room) },
    { nn_unpack_widths_s8, 0, 0, 0, 0 }, { nn_unpack_tables_s8, 0, 0, 0, 0 },
};

static int decode(const decoder *d)
{
    const int32_t count = (int32_t)draw(300);
    nn_packed_s8 packed = { .length = (int32_t)draw(60), .bits = 1 + (int32_t)draw(16), .symbols = 1 + (int32_t)draw(256) };
    const int32_t per_group = 1 + (int32_t)draw(9);
    nn_row_order order = { .rows = per_group * (1 + (int32_t)draw(3)), .per_group = per_group, .depth = 1 + (int32_t)draw(30) };
    if (d->unpack == nn_unpack_table_s8 || d->unpack == nn_unpack_tables_s8) {
        packed.bits = 1 + (int32_t)draw(8);
        packed.symbols = 1 << packed.bits;
        packed.length = (count * packed.bits + 7) / 8;
    } else if (d->per_byte > 0) {
        packed.symbols = 3;
        packed.length = (count + d->per_byte - 1) / d->per_byte;
    }
    /* Ranges of 12 bits end with their sum. */
    const size_t counts = (size_t)((packed.bits > packed.symbols) ? packed.bits : packed.symbols + 1);
    uint8_t *bytes = noise((size_t)packed.length);
    int8_t *values = noise((size_t)packed.symbols);
    uint16_t *table = noise(2 * counts);
    uint8_t *kinds = noise((size_t)(order.rows + 1) / 2);
    void *room = noise(d->room);
    packed.bytes = bytes;
    packed.values = values;
    packed.counts = table;
    packed.order = &order;
    packed.room = room;
    order.kinds = kinds;
    const uint8_t *end = packed.bytes;
    int outside = 0;
    for (int32_t segment = (d->room > 0) ? 1 + (int32_t)draw(4) : 1; segment > 0 && !outside; segment--) {
        int8_t *codes = noise((size_t)count);
        end = d->unpack(&packed, end, count, codes);
        outside = end < packed.bytes || end > packed.bytes + packed.length;
        free(codes);
    }
    free(bytes);
    free(values);
    free(table);
    free(kinds);
    free(room);
    return outside;
}

int main(void)
{
    const int32_t kinds = (int32_t)(sizeof decoders / sizeof decoders[0]);
    int32_t segments = 0;
    for (int32_t round = 0; round < 20000; round++) {
        for (int32_t k = 0; k < kinds; k++) {
            if (decode(&decoders[k])) {
                printf("decoder %d left the stream\n", (int)k);
                return 1;
            }
            segments++;
        }
    }
    printf("%d\n", (int)segments);
    return 0;
}
