#ifndef NN_SUM4_S8_H
#define NN_SUM4_S8_H
#include <stddef.h>
#include <stdint.h>
#include "nn_ssat8.h"
#include "nn_twin.h"

/* What the assembly kernels do to four codes that another tensor is added to: y = clamp(((code + 128) * A + other * B + constant)
 * >> shift) - 128. sum: A, with B in the upper half, constant and shift; NULL: nothing is added. */
NN_TWIN void nn_sum4_s8(const int8_t codes[4], const int32_t *sum, const int8_t *other, int8_t *y)
{
    for (int32_t i = 0; i < 4; i++) {
        if (sum == NULL) {
            y[i] = codes[i];
        } else {
            const int32_t a = (int16_t)(sum[0] & 0xFFFF), b = sum[0] >> 16;
            y[i] = (int8_t)nn_ssat8((((codes[i] + 128) * a + other[i] * b + sum[1]) >> sum[2]) - 128);
        }
    }
}

#endif
