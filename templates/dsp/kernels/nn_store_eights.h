#ifndef NN_STORE_EIGHTS_H
#define NN_STORE_EIGHTS_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_pack8_s4.h"

/* `count` codes, a multiple of eight, of each eight 0 2 4 6 before 1 3 5 7, saturated to min .. max: two to a byte. */
NN_ONCE void nn_store_eights(const int8_t *codes, int32_t count, int32_t min, int32_t max, uint8_t *y)
{
    const uint32_t above = (uint32_t)(127 - max) * 0x01010101u, below = (uint32_t)(255 - max + min) * 0x01010101u;

    for (const int8_t *end = codes + count; codes != end; codes += 8) {
        nn_pack8_s4(y, nn_load4(codes), nn_load4(codes + 4), above, below, min);
        y += 4;
    }
}

#endif
