#ifndef NN_REQUANTIZE4_S8_WIDE_H
#define NN_REQUANTIZE4_S8_WIDE_H
#include <stdint.h>
#include "nn_twin.h"
#include "nn_smmla.h"
#include "nn_ssat8.h"

/* What the assembly kernels do to four sums at once, with multipliers of 31 bits: zero_point holds half a step, too, both times
 * 2^shift. */
NN_TWIN void nn_requantize4_s8_wide(const int32_t acc[4], const uint32_t multiplier[4], int32_t zero_point, int8_t *y)
{
    int32_t shift = 1;

    while ((((uint32_t)zero_point >> (shift - 1)) & 1u) == 0u) {
        shift++;
    }
    for (int32_t i = 0; i < 4; i++) {
        y[i] = (int8_t)nn_ssat8((nn_smmla(acc[i], (int32_t)multiplier[i], zero_point) >> shift) - 128);
    }
}

#endif
