#ifndef NN_SMMLAR_H
#define NN_SMMLAR_H
#include <stdint.h>
#include "nn_dsp.h"

/* acc + (a * b + 2^31) >> 32. */
static inline int32_t nn_smmlar(int32_t a, int32_t b, int32_t acc)
{
#if NN_HAS_DSP
    int32_t r;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
#else
    return acc + (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32);
#endif
}

#endif
