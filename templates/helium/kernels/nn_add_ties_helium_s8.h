#ifndef NN_ADD_TIES_HELIUM_S8_H
#define NN_ADD_TIES_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"

/* y[i] = clamp((a[i] * A + b[i] * B + constant + up) >> shift), shift > 0. The constant is one less than what rounds half up, so that
 * a tie goes down, but for `up`: where the result would not be odd (odd: 1) or even (0), it is 1. 14 instructions for four elements. */
#if NN_HAS_MVE
NN_NAKED void nn_add_ties_helium_s8(int32_t count NN_ASM_ARG, const int8_t *a NN_ASM_ARG, const int8_t *b NN_ASM_ARG,
                                    int8_t *y NN_ASM_ARG, int32_t A NN_ASM_ARG, int32_t B NN_ASM_ARG,
                                    int32_t constant NN_ASM_ARG, int32_t shift NN_ASM_ARG, int32_t odd NN_ASM_ARG)
{
    /* q1: the last bit of the result as the highest one, other than `odd`. */
    __asm__("push {r4, r5, r6, r7, r8, lr}\n\tldrd r4, r12, [sp, #24]\n\tldrd r5, r6, [sp, #32]\n\tldr r8, [sp, #40]\n\t"
            "rsb r7, r6, #31\n\trsb r6, r6, #0\n\tlsl r8, r8, #31\n\tvdup.32 q3, r4\n\tvdup.32 q2, r8\n\t"
            "wlstp.32 lr, r0, 2f\n"
            "1:\n\tvldrb.s32 q0, [r1], #4\n\tvldrb.s32 q1, [r2], #4\n\tvmlas.s32 q0, q3, r5\n\tvmla.s32 q0, q1, r12\n\t"
            "vmov q1, q0\n\tvshl.s32 q1, r7\n\tveor q1, q1, q2\n\tvshr.u32 q1, q1, #31\n\tvadd.i32 q0, q0, q1\n\t"
            "vshl.s32 q0, r6\n\tvqmovnb.s32 q0, q0\n\tvqmovnb.s16 q0, q0\n\tvstrb.32 q0, [r3], #4\n\tletp lr, 1b\n"
            "2:\n\tpop {r4, r5, r6, r7, r8, pc}");
}
#else
static inline void nn_add_ties_helium_s8(int32_t count, const int8_t *a, const int8_t *b, int8_t *y, int32_t A, int32_t B,
                                         int32_t constant, int32_t shift, int32_t odd)
{
    for (int32_t i = 0; i < count; i++) {
        const int32_t sum = a[i] * A + b[i] * B + constant;
        const int32_t code = (sum + (((sum >> shift) ^ odd) & 1)) >> shift;
        y[i] = (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
    }
}
#endif

#endif
