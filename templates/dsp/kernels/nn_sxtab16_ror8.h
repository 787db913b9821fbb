#ifndef NN_SXTAB16_ROR8_H
#define NN_SXTAB16_ROR8_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_sxtab16.h"

/* sum + bytes 1 and 3 of v as signed halfwords, in each half. */
static inline uint32_t nn_sxtab16_ror8(uint32_t sum, uint32_t v)
{
#if NN_HAS_DSP
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sum) : "r"(v));
    return sum;
#else
    return nn_sxtab16(sum, v >> 8);
#endif
}

#endif
