#ifndef NN_SMLALD_H
#define NN_SMLALD_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_high.h"
#include "nn_low.h"

/* acc + low * low + high * high, 64 bits. */
static inline int64_t nn_smlald(uint32_t a, uint32_t b, int64_t acc)
{
#if NN_HAS_DSP
    __asm__("smlald %Q0, %R0, %1, %2" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return acc + (int64_t)nn_low(a) * nn_low(b) + (int64_t)nn_high(a) * nn_high(b);
#endif
}

#endif
