#ifndef NN_CLAMP_S8_H
#define NN_CLAMP_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_max4_s8.h"
#include "nn_min4_s8.h"
#include "nn_naked.h"
#include "nn_store4.h"

/* Codes in place, each between min and max: of layers whose kernels saturate to -128 and 127. Four at a time in 6 instructions and
 * the loop. */
NN_ONCE void nn_clamp_s8(int8_t *y, int32_t count, int32_t min, int32_t max)
{
    const uint32_t low = ((uint32_t)min & 0xFFu) * 0x01010101u, high = ((uint32_t)max & 0xFFu) * 0x01010101u;

    for (; count >= 4; count -= 4) {
        nn_store4(y, nn_min4_s8(nn_max4_s8(nn_load4(y), low), high));
        y += 4;
    }
    for (; count > 0; count--) {
        *y = (int8_t)((*y < min) ? min : (*y > max) ? max : *y);
        y++;
    }
}

#endif
