#ifndef NN_LIST2_ADDS_H
#define NN_LIST2_ADDS_H
#include <stdint.h>
#include "nn_flash.h"

/* sum[] += the inputs that a list names, of two places `step` apart: the list is read once for both. It is nibbles,
 * the upper one of a byte first. 1 .. 14: so many places on, and take it; 15: 14 places on; 0: the end, to a whole
 * byte. The first move starts one place before x. Returns the end of the list. */
static inline const uint8_t *nn_list2_adds(const int8_t *x, int_fast16_t step, const uint8_t *list,
                                           int_fast16_t sum[2])
{
    const int8_t *at = (const int8_t *)((uintptr_t)x - 1u);
    int_fast16_t one = sum[0];
    int_fast16_t two = sum[1];

    for (;;) {
        const uint8_t pair = nn_flash_u8(list++);
        const uint8_t first = (uint8_t)(pair >> 4);
        const uint8_t second = pair & 15u;
        if (first == 0u) {
            break;
        }
        at += first;
        if (first != 15u) {
            one += at[0];
            two += at[step];
        } else {
            at--;
        }
        if (second == 0u) {
            break;
        }
        at += second;
        if (second != 15u) {
            one += at[0];
            two += at[step];
        } else {
            at--;
        }
    }
    sum[0] = one;
    sum[1] = two;
    return list;
}

#endif
