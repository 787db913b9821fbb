#ifndef NN_REQUANTIZE_HALVES_S8_H
#define NN_REQUANTIZE_HALVES_S8_H
#include <stdint.h>
#include "nn_once.h"
#include "nn_smmlar.h"
#include "nn_ssat8.h"

/* Codes of words that hold the sums of two pixels, low + 65536 * high. y and y + step: those of the two pixels. */
NN_ONCE void nn_requantize_halves_s8(int32_t count, const uint32_t *sums, const int32_t *multiplier, int32_t zero_point,
                                     int8_t *y, int32_t step)
{
    for (int32_t o = 0; o < count; o++) {
        const int32_t low = (int16_t)(sums[o] & 0xFFFFu), high = (int32_t)(sums[o] + 0x8000u) >> 16;
        y[o] = (int8_t)nn_ssat8(nn_smmlar(low, multiplier[o], zero_point));
        y[o + step] = (int8_t)nn_ssat8(nn_smmlar(high, multiplier[o], zero_point));
    }
}

#endif
