#ifndef NN_SSAT8_H
#define NN_SSAT8_H
#include <stdint.h>
#include "nn_dsp.h"

/* v between -128 and 127. */
static inline int32_t nn_ssat8(int32_t v)
{
#if NN_HAS_DSP
    int32_t r;
    __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(v));
    return r;
#else
    return (v < -128) ? -128 : (v > 127) ? 127 : v;
#endif
}

#endif
