#ifndef NN_SSUB8_H
#define NN_SSUB8_H
#include <stdint.h>
#include "nn_dsp.h"

/* a - b in each byte. */
static inline uint32_t nn_ssub8(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("ssub8 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return ((a | 0x80808080u) - (b & 0x7F7F7F7Fu)) ^ ((a ^ ~b) & 0x80808080u);
#endif
}

#endif
