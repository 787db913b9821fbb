#ifndef NN_MIN4_S8_H
#define NN_MIN4_S8_H
#include <stdint.h>
#include "nn_dsp.h"

/* The smaller of each two bytes, signed: 2 instructions. */
static inline uint32_t nn_min4_s8(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(r) : "r"(a), "r"(b) : "cc");
    return r;
#else
    uint32_t r = 0;
    for (int32_t i = 0; i < 32; i += 8) {
        const int8_t p = (int8_t)((a >> i) & 0xFFu), q = (int8_t)((b >> i) & 0xFFu);
        r |= ((uint32_t)((p < q) ? p : q) & 0xFFu) << i;
    }
    return r;
#endif
}

#endif
