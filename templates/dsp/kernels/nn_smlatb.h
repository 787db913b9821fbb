#ifndef NN_SMLATB_H
#define NN_SMLATB_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_high.h"
#include "nn_low.h"

/* acc + high * low. */
static inline int32_t nn_smlatb(uint32_t a, uint32_t b, int32_t acc)
{
#if NN_HAS_DSP
    __asm__("smlatb %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return (int32_t)((uint32_t)acc + (uint32_t)(nn_high(a) * nn_low(b)));
#endif
}

#endif
