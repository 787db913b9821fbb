#ifndef NN_HIGHS_H
#define NN_HIGHS_H
#include <stdint.h>
#include "nn_dsp.h"

/* The high halves of a and b, that of b above. */
static inline uint32_t nn_highs(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return (a >> 16) | (b & 0xFFFF0000u);
#endif
}

#endif
