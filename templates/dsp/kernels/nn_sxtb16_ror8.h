#ifndef NN_SXTB16_ROR8_H
#define NN_SXTB16_ROR8_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_twin.h"
#include "nn_sxtb16.h"

/* Bytes 1 and 3 as signed halfwords. */
NN_TWIN uint32_t nn_sxtb16_ror8(uint32_t v)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(v));
    return r;
#else
    return nn_sxtb16(v >> 8);
#endif
}

#endif
