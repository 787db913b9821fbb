#ifndef NN_SSUB16_H
#define NN_SSUB16_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_halves.h"
#include "nn_high.h"
#include "nn_low.h"
#include "nn_twin.h"

/* a - b in each half. */
NN_TWIN uint32_t nn_ssub16(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return nn_halves(nn_low(a) - nn_low(b), nn_high(a) - nn_high(b));
#endif
}

#endif
