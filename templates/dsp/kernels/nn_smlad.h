#ifndef NN_SMLAD_H
#define NN_SMLAD_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_high.h"
#include "nn_low.h"
#include "nn_twin.h"

/* acc + low * low + high * high. */
NN_TWIN int32_t nn_smlad(uint32_t a, uint32_t b, int32_t acc)
{
#if NN_HAS_DSP
    __asm__("smlad %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return (int32_t)((uint32_t)acc + (uint32_t)(nn_low(a) * nn_low(b)) + (uint32_t)(nn_high(a) * nn_high(b)));
#endif
}

#endif
