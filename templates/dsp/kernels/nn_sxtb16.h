#ifndef NN_SXTB16_H
#define NN_SXTB16_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_halves.h"
#include "nn_twin.h"

/* Bytes 0 and 2 as signed halfwords. */
NN_TWIN uint32_t nn_sxtb16(uint32_t v)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(v));
    return r;
#else
    return nn_halves((int8_t)(v & 0xFFu), (int8_t)((v >> 16) & 0xFFu));
#endif
}

#endif
