#ifndef NN_OVER4_S8_H
#define NN_OVER4_S8_H
#include <stdint.h>
#include "nn_dsp.h"

/* Four codes, saturated to min .. max, less min: above is 127 - max, below 255 - max + min in each byte. */
static inline uint32_t nn_over4_s8(uint32_t v, uint32_t above, uint32_t below)
{
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
    return v;
}

#endif
