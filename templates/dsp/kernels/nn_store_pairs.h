#ifndef NN_STORE_PAIRS_H
#define NN_STORE_PAIRS_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_pack4_s4.h"
#include "nn_put_s4.h"
#include "nn_saturate4_s4.h"

/* `count` codes, saturated to min .. max, two to a byte; the neighbour of a last one stays as it is. codes has room for three more. */
static inline void nn_store_pairs(const int8_t *codes, int32_t count, int32_t min, int32_t max, uint8_t *y)
{
    for (; count >= 4; count -= 4) {
        nn_pack4_s4(y, nn_load4(codes), min, max);
        codes += 4;
        y += 2;
    }
    uint32_t v = nn_saturate4_s4(nn_load4(codes), min, max);
    for (int32_t i = 0; i < count; i++) {
        nn_put_s4(y, i, (int8_t)v);
        v >>= 8;
    }
}

#endif
