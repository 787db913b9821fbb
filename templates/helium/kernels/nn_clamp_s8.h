#ifndef NN_CLAMP_S8_H
#define NN_CLAMP_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"

/* Codes in place, each between min and max: of layers whose kernels saturate to -128 and 127. 16 at a time in 5 instructions. */
#if NN_HAS_MVE
NN_NAKED void nn_clamp_s8(int8_t *y NN_ASM_ARG, int32_t count NN_ASM_ARG, int32_t min NN_ASM_ARG, int32_t max NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\tvdup.8 q1, r2\n\tvdup.8 q2, r3\n\twlstp.8 lr, r1, 2f\n"
            "1:\n\tvldrb.8 q0, [r0]\n\tvmax.s8 q0, q0, q1\n\tvmin.s8 q0, q0, q2\n\tvstrb.8 q0, [r0], #16\n\tletp lr, 1b\n"
            "2:\n\tpop {r4, pc}");
}
#else
static inline void nn_clamp_s8(int8_t *y, int32_t count, int32_t min, int32_t max)
{
    for (int32_t i = 0; i < count; i++) {
        y[i] = (int8_t)((y[i] < min) ? min : (y[i] > max) ? max : y[i]);
    }
}
#endif

#endif
