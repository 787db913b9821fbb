#ifndef NN_STORE_HALVES_H
#define NN_STORE_HALVES_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_pack8_s4.h"

/* Eight codes of each of `pixels` pixels, saturated to min .. max, two to a byte: `even` has 0 2 4 6 of each, `odd` 1 3 5 7. Pixels lie
 * `step` bytes apart in y. */
NN_ONCE void nn_store_halves(const int8_t *even, const int8_t *odd, int32_t pixels, int32_t min, int32_t max, uint8_t *y,
                             int32_t step)
{
    const uint32_t above = (uint32_t)(127 - max) * 0x01010101u, below = (uint32_t)(255 - max + min) * 0x01010101u;

    for (const int8_t *end = even + 4 * pixels; even != end; even += 4) {
        nn_pack8_s4(y, nn_load4(even), nn_load4(odd), above, below, min);
        odd += 4;
        y += step;
    }
}

#endif
