#ifndef NN_ROWS_ADDS_H
#define NN_ROWS_ADDS_H
#include <stdint.h>
#include "nn_adds.h"
#include "nn_flash.h"
#include "nn_list_adds.h"
#include "nn_shift_s8.h"

/* Outputs first .. first + rows - 1 of the layer for one input: y[rows]. `lists` is where the first one's begin; returns
 * the end of the last one's. */
static inline const uint8_t *nn_rows_adds(const nn_adds *a, int_fast16_t first, int_fast16_t rows, const int8_t *x,
                                          const uint8_t *lists, int8_t *y)
{
    for (int_fast16_t row = first; row < first + rows; row++) {
        int32_t acc = 0;
        for (int_fast16_t pass = 0; pass < a->passes; pass++) {
            int_fast16_t plus = 0;
            int_fast16_t minus = 0;
            lists = nn_list_adds(x, lists, &plus);
            lists = nn_list_adds(x, lists, &minus);
            acc = (int32_t)((uint32_t)(acc + (plus - minus)) << nn_flash_u8(a->doublings + pass));
        }
        acc = (int32_t)((uint32_t)acc << a->left) + nn_flash_s32(a->bias + row);
        *y++ = nn_shift_s8(acc, nn_flash_u8(a->shift + row), a->zero_point, a->min, a->max);
    }
    return lists;
}

#endif
