#ifndef NN_SOFTMAX_ROW_HELIUM_S8_H
#define NN_SOFTMAX_ROW_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"

/* Softmax of fewer than 256 codes side by side: 26 instructions for four. A share is estimated in float32, too low
 * by less than one, and raised where what remains is no less than the sum, which is below 2^31. */
#if NN_HAS_MVE && (__ARM_FEATURE_MVE & 2) != 0
NN_NAKED void nn_softmax_row_helium_s8(const int8_t *x NN_ASM_ARG, int32_t length NN_ASM_ARG, const uint32_t *exp_table NN_ASM_ARG,
                                       int8_t *y NN_ASM_ARG)
{
    /* r4: the largest code; r6: the sum; r7: half of it; r8: (1 - 2^-20) / sum */
    __asm__("push {r4, r5, r6, r7, r8, lr}\n\tmvn r4, #127\n\tmov r5, r0\n\tdlstp.8 lr, r1\n"
            "1:\n\tvldrb.8 q0, [r5], #16\n\tvmaxv.s8 r4, q0\n\tletp lr, 1b\n\t"
            "vdup.32 q3, r4\n\tmov r5, r0\n\tmovs r6, #0\n\tdlstp.32 lr, r1\n"
            "2:\n\tvldrb.s32 q0, [r5], #4\n\tvsub.i32 q0, q3, q0\n\tvldrw.u32 q1, [r2, q0, uxtw #2]\n\tvaddva.u32 r6, q1\n\tletp lr, 2b\n\t"
            "lsr r7, r6, #1\n\tmovw r8, #0xFFF0\n\tmovt r8, #0x3F7F\n\tvmov s0, r6\n\tvmov s1, r8\n\tvcvt.f32.u32 s0, s0\n\t"
            "vdiv.f32 s0, s1, s0\n\tvmov r8, s0\n\tmovs r4, #1\n\tmovs r5, #128\n\tdlstp.32 lr, r1\n"
            "3:\n\tvldrb.s32 q0, [r0], #4\n\tvsub.i32 q0, q3, q0\n\tvldrw.u32 q1, [r2, q0, uxtw #2]\n\tvshl.i32 q1, q1, #8\n\t"
            "vadd.i32 q1, q1, r7\n\tvcvt.f32.u32 q0, q1\n\tvmul.f32 q0, q0, r8\n\tvcvt.u32.f32 q0, q0\n\tvmul.i32 q2, q0, r6\n\t"
            "vsub.i32 q1, q1, q2\n\tvpt.u32 cs, q1, r6\n\tvaddt.i32 q0, q0, r4\n\tvsub.i32 q0, q0, r5\n\tvqmovnb.s32 q0, q0\n\t"
            "vqmovnb.s16 q0, q0\n\tvstrb.32 q0, [r3], #4\n\tletp lr, 3b\n\t"
            "pop {r4, r5, r6, r7, r8, pc}");
}
#else
static inline void nn_softmax_row_helium_s8(const int8_t *x, int32_t length, const uint32_t *exp_table, int8_t *y)
{
    int32_t largest = -128;
    uint32_t sum = 0;

    for (int32_t i = 0; i < length; i++) {
        largest = (x[i] > largest) ? x[i] : largest;
    }
    for (int32_t i = 0; i < length; i++) {
        sum += exp_table[largest - x[i]];
    }
    for (int32_t i = 0; i < length; i++) {
        const uint32_t share = (exp_table[largest - x[i]] * 256u + sum / 2u) / sum;
        y[i] = (int8_t)((share > 255u) ? 127 : (int32_t)share - 128);
    }
}
#endif

#endif
