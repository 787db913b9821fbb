#ifndef NN_STORE_BAND_H
#define NN_STORE_BAND_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_patch_rows_s8.h"
#include "nn_store_eights.h"
#include "nn_store_pairs.h"

/* `count` codes into y from code `first` on. packed: 0, one code to a byte; 1: two, saturated to min .. max, `first` is even; codes has
 * room for three more; 2: and of each eight codes 0 2 4 6 lie before 1 3 5 7. */
NN_ONCE void nn_store_band(const int8_t *codes, int32_t count, int32_t min, int32_t max, void *y, int32_t packed,
                           int32_t first)
{
    if (packed == 0) {
        (void)nn_copy_s8((int8_t *)y + first, codes, count);
        return;
    }
    uint8_t *to = (uint8_t *)y + (first >> 1);
    if (packed == 2) {
        nn_store_eights(codes, count, min, max, to);
    } else {
        nn_store_pairs(codes, count, min, max, to);
    }
}

#endif
