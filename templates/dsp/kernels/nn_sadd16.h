#ifndef NN_SADD16_H
#define NN_SADD16_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_halves.h"
#include "nn_high.h"
#include "nn_low.h"

/* a + b in each half. */
static inline uint32_t nn_sadd16(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("sadd16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return nn_halves(nn_low(a) + nn_low(b), nn_high(a) + nn_high(b));
#endif
}

#endif
