#ifndef NN_REQUANTIZE4_S8_SHIFT_H
#define NN_REQUANTIZE4_S8_SHIFT_H
#include <stdint.h>
#include "nn_twin.h"
#include "nn_smmla.h"
#include "nn_smmlar.h"
#include "nn_ssat8.h"

/* What the assembly kernels do to four sums at once, each less by one, with multipliers 2^(32 - shift): half to even. */
NN_TWIN void nn_requantize4_s8_shift(const int32_t acc[4], const uint32_t multiplier[4], int32_t zero_point, int8_t *y)
{
    for (int32_t i = 0; i < 4; i++) {
        const int32_t m = (int32_t)multiplier[i], whole = nn_smmla(acc[i], m, 0);
        y[i] = (int8_t)nn_ssat8(nn_smmlar(acc[i] + (whole & 1), m, zero_point) - 128);
    }
}

#endif
