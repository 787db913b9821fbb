#ifndef NN_MUL_HELIUM_S8_H
#define NN_MUL_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"

/* Codes of (a[i] + a_from)(b[i] + b_from), half up; b goes on by b_step after each four elements: 4, or 0 for four codes that are the
 * same for all. 13 instructions for four elements. */
#if NN_HAS_MVE
NN_NAKED void nn_mul_helium_s8(int32_t count NN_ASM_ARG, const int8_t *a NN_ASM_ARG, const int8_t *b NN_ASM_ARG,
                               int8_t *y NN_ASM_ARG, int32_t a_from NN_ASM_ARG, int32_t b_from NN_ASM_ARG,
                               int32_t b_step NN_ASM_ARG, int32_t multiplier NN_ASM_ARG, int32_t zero_point NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, lr}\n\tldrd r4, r5, [sp, #24]\n\tldrd r6, r7, [sp, #32]\n\tldr r8, [sp, #40]\n\tvdup.32 q3, r7\n\t"
            "wlstp.32 lr, r0, 2f\n"
            "1:\n\tvldrb.s32 q0, [r1], #4\n\tvldrb.s32 q1, [r2]\n\tadd r2, r2, r6\n\tvadd.i32 q0, q0, r4\n\tvadd.i32 q1, q1, r5\n\t"
            "vmul.i32 q0, q0, q1\n\tvrmulh.s32 q0, q0, q3\n\tvqmovnb.s32 q0, q0\n\tvqadd.s16 q0, q0, r8\n\tvqmovnb.s16 q0, q0\n\t"
            "vstrb.32 q0, [r3], #4\n\tletp lr, 1b\n"
            "2:\n\tpop {r4, r5, r6, r7, r8, pc}");
}
#else
static inline void nn_mul_helium_s8(int32_t count, const int8_t *a, const int8_t *b, int8_t *y, int32_t a_from, int32_t b_from,
                                    int32_t b_step, int32_t multiplier, int32_t zero_point)
{
    for (int32_t i = 0; i < count; i++) {
        const int64_t product = (int64_t)((a[i] + a_from) * (b[i / 4 * b_step + i % 4] + b_from)) * multiplier;
        const int32_t code = (int32_t)((product + INT64_C(0x80000000)) >> 32) + zero_point;
        y[i] = (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
    }
}
#endif

#endif
