#ifndef NN_REQUANTIZE4_S8_FINE_H
#define NN_REQUANTIZE4_S8_FINE_H
#include <stdint.h>
#include "nn_twin.h"
#include "nn_quant.h"
#include "nn_requantize_s8_fine.h"

/* What the assembly kernels do to four sums at once where the bias has a fraction of a step. zero_point: of the output, plus 128,
 * and the bits of the fraction in its upper half. */
NN_TWIN void nn_requantize4_s8_fine(const int32_t acc[4], const uint32_t multiplier[4], int32_t zero_point, int8_t *y)
{
    const nn_quant quant = { .left_shift = zero_point >> 16, .zero_point = (zero_point & 0xFFFF) - 128, .min = -128, .max = 127 };

    for (int32_t i = 0; i < 4; i++) {
        y[i] = nn_requantize_s8_fine(&quant, acc[i], (int32_t)multiplier[i]);
    }
}

#endif
