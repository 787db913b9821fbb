#ifndef NN_SATURATE4_S4_H
#define NN_SATURATE4_S4_H
#include <stdint.h>
#include "nn_dsp.h"

/* Four codes saturated to min .. max, which are -8 to 7 or within, their four bits in the lower half of each byte. */
static inline uint32_t nn_saturate4_s4(uint32_t v, int32_t min, int32_t max)
{
    const uint32_t above = (uint32_t)(127 - max) * 0x01010101u, below = (uint32_t)(255 - max + min) * 0x01010101u;

    v ^= 0x80808080u; /* 128 more */
#if NN_HAS_DSP
    __asm__("uqadd8 %0, %0, %1\n\tuqsub8 %0, %0, %2" : "+r"(v) : "r"(above), "r"(below));
#else
    for (uint32_t i = 0; i < 32; i += 8) {
        const uint32_t code = (v >> i) & 0xFFu, raised = code + (above & 0xFFu);
        const uint32_t most = (raised > 255u) ? 255u : raised, least = below & 0xFFu;
        v = (v & ~(0xFFu << i)) | (((most < least) ? 0u : most - least) << i);
    }
#endif
    return (v + ((uint32_t)min & 0x0Fu) * 0x01010101u) & 0x0F0F0F0Fu;
}

#endif
