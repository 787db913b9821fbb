#ifndef NN_LOWS_H
#define NN_LOWS_H
#include <stdint.h>
#include "nn_dsp.h"

/* The low halves of a and b, that of b above: gcc finds no PKHBT by itself. */
static inline uint32_t nn_lows(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return (a & 0xFFFFu) | (b << 16);
#endif
}

#endif
