#ifndef NN_SMMLA_H
#define NN_SMMLA_H
#include <stdint.h>
#include "nn_dsp.h"

/* acc + (a * b) >> 32. */
static inline int32_t nn_smmla(int32_t a, int32_t b, int32_t acc)
{
#if NN_HAS_DSP
    int32_t r;
    __asm__("smmla %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
#else
    return acc + (int32_t)(((int64_t)a * b) >> 32);
#endif
}

#endif
