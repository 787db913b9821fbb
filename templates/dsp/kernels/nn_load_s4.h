#ifndef NN_LOAD_S4_H
#define NN_LOAD_S4_H
#include <stdint.h>
#include <string.h>
#include "nn_get_s4.h"
#include "nn_ssub8.h"

/* Unpacks codes first .. first + count - 1 of x (see nn_get_s4), one to a byte. */
static inline void nn_load_s4(const uint8_t *x, int32_t first, int32_t count, int8_t *codes)
{
    if (count > 0 && (first & 1) != 0) {
        *codes++ = nn_get_s4(x, first++);
        count--;
    }
    x += first >> 1;
    for (; count >= 4; count -= 4) {
        uint16_t pairs;
        memcpy(&pairs, x, sizeof pairs);
        uint32_t v = (pairs | ((uint32_t)pairs << 8)) & 0x00FF00FFu;
        v = (v | (v << 4)) & 0x0F0F0F0Fu;
        v = nn_ssub8(v ^ 0x08080808u, 0x08080808u); /* extends the sign of each byte from bit 3 */
        memcpy(codes, &v, sizeof v);
        x += 2;
        codes += 4;
    }
    for (int32_t i = 0; i < count; i++) {
        codes[i] = nn_get_s4(x, i);
    }
}

#endif
