#ifndef NN_REQUANTIZE4_S8_RNE_H
#define NN_REQUANTIZE4_S8_RNE_H
#include <stdint.h>
#include "nn_twin.h"
#include "nn_scale_even.h"
#include "nn_ssat8.h"

/* What the assembly kernels do to four sums at once, with words of mantissa and exponent: half to even. zero_point: of the output,
 * plus 128, and left_shift in its upper half. */
NN_TWIN void nn_requantize4_s8_rne(const int32_t acc[4], const uint32_t multiplier[4], int32_t zero_point, int8_t *y)
{
    for (int32_t i = 0; i < 4; i++) {
        const int32_t step = nn_scale_even(acc[i], (int32_t)multiplier[i], zero_point >> 16, 0);
        y[i] = (int8_t)nn_ssat8(step + (zero_point & 0xFFFF) - 128);
    }
}

#endif
