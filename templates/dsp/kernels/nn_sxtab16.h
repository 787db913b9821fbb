#ifndef NN_SXTAB16_H
#define NN_SXTAB16_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_halves.h"
#include "nn_high.h"
#include "nn_low.h"
#include "nn_sxtb16.h"

/* sum + bytes 0 and 2 of v as signed halfwords, in each half. */
static inline uint32_t nn_sxtab16(uint32_t sum, uint32_t v)
{
#if NN_HAS_DSP
    __asm__("sxtab16 %0, %0, %1" : "+r"(sum) : "r"(v));
    return sum;
#else
    const uint32_t w = nn_sxtb16(v);
    return nn_halves(nn_low(sum) + nn_low(w), nn_high(sum) + nn_high(w));
#endif
}

#endif
