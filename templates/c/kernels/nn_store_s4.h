#ifndef NN_STORE_S4_H
#define NN_STORE_S4_H
#include <stdint.h>
#include "nn_put_s4.h"

/* Packs `count` codes into y from code `first` on, two to a byte, the even one of a pair in the low half; neighbours
 * in the first and last byte stay as they are. */
static inline void nn_store_s4(const int8_t *codes, int32_t count, uint8_t *y, int32_t first)
{
    if (count > 0 && (first & 1) != 0) {
        nn_put_s4(y, first++, *codes++);
        count--;
    }
    y += first >> 1;
    for (; count >= 2; count -= 2) {
        *y++ = (uint8_t)(((uint32_t)codes[0] & 0x0Fu) | ((uint32_t)codes[1] << 4));
        codes += 2;
    }
    if ((count & 1) != 0) {
        nn_put_s4(y, 0, *codes);
    }
}

#endif
