#ifndef NN_STORE_FOURS_H
#define NN_STORE_FOURS_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_pack4_s4.h"
#include "nn_store4.h"

/* What nn_load_fours reads: packed, saturated to min .. max, or not. */
NN_ONCE void nn_store_fours(const int8_t *codes, int32_t pixels, int32_t step, int32_t min, int32_t max, uint8_t *y,
                             int32_t packed)
{
    for (const int8_t *end = codes + 4 * pixels; codes != end; codes += 4) {
        if (packed != 0) {
            nn_pack4_s4(y, nn_load4(codes), min, max);
            y += step >> 1;
        } else {
            nn_store4((int8_t *)y, nn_load4(codes));
            y += step;
        }
    }
}

#endif
