#ifndef NN_REQUANTIZE4_S8_H
#define NN_REQUANTIZE4_S8_H
#include <stdint.h>
#include "nn_twin.h"
#include "nn_smmlar.h"
#include "nn_ssat8.h"

/* What the assembly kernels do to four sums at once: codes of 8 bits from results that fit 16. zero_point: of the output,
 * plus 128; the bytes leave 128 again by their highest bit. */
NN_TWIN void nn_requantize4_s8(const int32_t acc[4], const uint32_t multiplier[4], int32_t zero_point, int8_t *y)
{
    for (int32_t i = 0; i < 4; i++) {
        y[i] = (int8_t)nn_ssat8(nn_smmlar(acc[i], (int32_t)multiplier[i], zero_point) - 128);
    }
}

#endif
