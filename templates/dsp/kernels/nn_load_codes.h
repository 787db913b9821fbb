#ifndef NN_LOAD_CODES_H
#define NN_LOAD_CODES_H
#include <stdint.h>
#include "nn_load_eights.h"
#include "nn_load_s4.h"
#include "nn_naked.h"
#include "nn_patch_rows_s8.h"

/* Codes first .. first + count - 1 of x, one to a byte. packed: 0: x has bytes; 1: two codes to a byte (see nn_get_s4); 2: and nn_load8_s4 has
 * their order. */
NN_ONCE void nn_load_codes(const void *x, int32_t packed, int32_t first, int32_t count, int8_t *codes)
{
    if (packed == 2) {
        nn_load_eights((const uint8_t *)x + (first >> 1), count, codes);
    } else if (packed != 0) {
        nn_load_s4((const uint8_t *)x, first, count, codes);
    } else {
        (void)nn_copy_s8(codes, (const int8_t *)x + first, count);
    }
}

#endif
