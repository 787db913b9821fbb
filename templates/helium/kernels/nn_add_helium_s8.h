#ifndef NN_ADD_HELIUM_S8_H
#define NN_ADD_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"

/* y[i] = clamp((a[i] * A + b[i] * B + constant) >> shift), 9 instructions for four elements. */
#if NN_HAS_MVE
NN_NAKED void nn_add_helium_s8(int32_t count NN_ASM_ARG, const int8_t *a NN_ASM_ARG, const int8_t *b NN_ASM_ARG,
                               int8_t *y NN_ASM_ARG, int32_t A NN_ASM_ARG, int32_t B NN_ASM_ARG, int32_t constant NN_ASM_ARG,
                               int32_t shift NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, lr}\n\tldrd r4, r12, [sp, #16]\n\tldrd r5, r6, [sp, #24]\n\trsb r6, r6, #0\n\tvdup.32 q3, r4\n\t"
            "wlstp.32 lr, r0, 2f\n"
            "1:\n\tvldrb.s32 q0, [r1], #4\n\tvldrb.s32 q1, [r2], #4\n\tvmlas.s32 q0, q3, r5\n\tvmla.s32 q0, q1, r12\n\t"
            "vshl.s32 q0, r6\n\tvqmovnb.s32 q0, q0\n\tvqmovnb.s16 q0, q0\n\tvstrb.32 q0, [r3], #4\n\tletp lr, 1b\n"
            "2:\n\tpop {r4, r5, r6, pc}");
}
#else
static inline void nn_add_helium_s8(int32_t count, const int8_t *a, const int8_t *b, int8_t *y, int32_t A, int32_t B,
                                    int32_t constant, int32_t shift)
{
    for (int32_t i = 0; i < count; i++) {
        const int32_t code = (a[i] * A + b[i] * B + constant) >> shift;
        y[i] = (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
    }
}
#endif

#endif
