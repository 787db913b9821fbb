#ifndef NN_LOAD_S4_H
#define NN_LOAD_S4_H
#include <stdint.h>
#include "nn_get_s4.h"

/* Unpacks codes first .. first + count - 1 of x (see nn_get_s4), one to a byte. */
static inline void nn_load_s4(const uint8_t *x, int32_t first, int32_t count, int8_t *codes)
{
    if (count > 0 && (first & 1) != 0) {
        *codes++ = nn_get_s4(x, first++);
        count--;
    }
    x += first >> 1;
    for (; count >= 2; count -= 2) {
        const uint32_t both = (uint32_t)*x++ << 24;
        codes[0] = (int8_t)((int32_t)(both << 4) >> 28);
        codes[1] = (int8_t)((int32_t)both >> 28);
        codes += 2;
    }
    if ((count & 1) != 0) {
        *codes = nn_get_s4(x, 0);
    }
}

#endif
