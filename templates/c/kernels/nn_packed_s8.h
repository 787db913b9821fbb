#ifndef NN_PACKED_S8_H
#define NN_PACKED_S8_H
#include <stdint.h>
#include "nn_row_order.h"
#include "nn_weight_s8.h"

/* Packed weights in flash, and what their decoder looks up. */
typedef struct {
    const uint8_t *bytes;
    int32_t length; /* in bytes */
    int32_t bits;   /* of an index (nn_unpack_table), of the longest word (nn_unpack_words) */
    int32_t symbols;
    const nn_weight_s8 *values; /* [symbols] the code of each symbol */
    const uint16_t *counts;     /* [bits] how many words have 1, 2, 3, ... bits (nn_unpack_words);
                                   [symbols] how often each occurs among 4096 (nn_unpack_rans) */
    const nn_row_order *order;  /* where rows differ (nn_unpack_widths, nn_unpack_tables) */
} nn_packed_s8;

#endif
