#ifndef NN_ROWS2_ADDS_H
#define NN_ROWS2_ADDS_H
#include <stdint.h>
#include "nn_adds.h"
#include "nn_flash.h"
#include "nn_list2_adds.h"
#include "nn_shift_s8.h"

/* nn_rows_adds for two inputs, `next` apart, whose results lie `step` apart. */
static inline const uint8_t *nn_rows2_adds(const nn_adds *a, int_fast16_t first, int_fast16_t rows, const int8_t *x,
                                           int_fast16_t next, const uint8_t *lists, int8_t *y, int_fast16_t step)
{
    for (int_fast16_t row = first; row < first + rows; row++) {
        const int32_t bias = nn_flash_s32(a->bias + row);
        const uint8_t shift = nn_flash_u8(a->shift + row);
        int32_t one = 0;
        int32_t two = 0;
        for (int_fast16_t pass = 0; pass < a->passes; pass++) {
            const uint8_t doubling = nn_flash_u8(a->doublings + pass);
            int_fast16_t plus[2] = { 0, 0 };
            int_fast16_t minus[2] = { 0, 0 };
            lists = nn_list2_adds(x, next, lists, plus);
            lists = nn_list2_adds(x, next, lists, minus);
            one = (int32_t)((uint32_t)(one + (plus[0] - minus[0])) << doubling);
            two = (int32_t)((uint32_t)(two + (plus[1] - minus[1])) << doubling);
        }
        one = (int32_t)((uint32_t)one << a->left) + bias;
        two = (int32_t)((uint32_t)two << a->left) + bias;
        y[0] = nn_shift_s8(one, shift, a->zero_point, a->min, a->max);
        y[step] = nn_shift_s8(two, shift, a->zero_point, a->min, a->max);
        y++;
    }
    return lists;
}

#endif
