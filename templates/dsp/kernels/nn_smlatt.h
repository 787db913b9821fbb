#ifndef NN_SMLATT_H
#define NN_SMLATT_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_high.h"

/* acc + high * high. */
static inline int32_t nn_smlatt(uint32_t a, uint32_t b, int32_t acc)
{
#if NN_HAS_DSP
    __asm__("smlatt %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return (int32_t)((uint32_t)acc + (uint32_t)(nn_high(a) * nn_high(b)));
#endif
}

#endif
