#ifndef NN_DENSE_STEP_H
#define NN_DENSE_STEP_H
#include <stdint.h>
#include "nn_scale_text.h"
#include "nn_simd.h"

#if NN_HAS_DSP
/* Two columns of rows (0, 1) and (2, 3): r1 and r3 sum raw words, 256 * sum1 + sum0, r0 and r2 their low bytes. */
#define NN_DENSE_WORD(WA, WB, X) \
    "smlad r1, " WA ", " X ", r1\n\tsxtb16 " WA ", " WA "\n\tsmlad r3, " WB ", " X ", r3\n\tsxtb16 " WB ", " WB "\n\t" \
    "smlad r0, " WA ", " X ", r0\n\tsmlad r2, " WB ", " X ", r2\n\t"

/* The body of a function (y, zero_point, stream_end, x; stream, x_end), four rows of weights at a time, the loop over columns
 * entered where whole rounds of STEPS are left. LOAD: eight columns of x, BYTES long, from r12 on to r4 .. r7 as int16 pairs;
 * SIZE: bytes of a step's instructions. 31 instructions for each four rows beside the steps.
 * sp: y, zero_point, stream_end, x, entry (16), 9 saved registers, stream (56), x_end (60) */
#define nn_dense_step(STEPS, LOAD, BYTES, SIZE) \
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t" \
            "ldr lr, [sp, #36]\n\tldr r4, [sp, #40]\n\tsub r4, r3, r4\n\t.if " BYTES " == 8\n\tasr r4, r4, #3\n\t.else\n\t" \
            "asr r4, r4, #4\n\t.endif\n\tand r4, r4, #" STEPS " - 1\n\t" \
            "adr.w r5, 2f\n\tmov r6, #" SIZE "\n\tmla r4, r4, r6, r5\n\torr r4, r4, #1\n\t" \
            "mov r12, r3\n\tpush {r0, r1, r2, r3, r4}\n" \
            "1:\n\tldrd r0, r2, [lr], #8\n\tmov r1, r0\n\tmov r3, r2\n\tldr pc, [sp, #16]\n" \
            "2:\n\t.rept " STEPS "\n\t" LOAD \
            "ldm.w lr!, {r8, r9, r10, r11}\n\t" NN_DENSE_WORD("r8", "r9", "r4") NN_DENSE_WORD("r10", "r11", "r5") \
            "ldm.w lr!, {r8, r9, r10, r11}\n\t" NN_DENSE_WORD("r8", "r9", "r6") NN_DENSE_WORD("r10", "r11", "r7") \
            ".endr\n\t" \
            "ldr r8, [sp, #60]\n\tcmp r12, r8\n\tbne.w 2b\n\t" \
            "ldrd r4, r5, [lr], #8\n\tsub r1, r1, r0\n\tsub r3, r3, r2\n\tadd r1, r4, r1, asr #8\n\tadd r3, r5, r3, asr #8\n\t" \
            "ldm lr!, {r8, r9, r10, r11}\n\tldrd r4, r12, [sp]\n\t" \
            nn_scale_text(NN_SUMS4) \
            "pkhbt r0, r0, r2, lsl #16\n\tpkhbt r1, r1, r3, lsl #16\n\tusat16 r0, #8, r0\n\tusat16 r1, #8, r1\n\t" \
            "orr r0, r0, r1, lsl #8\n\teor r0, r0, #0x80808080\n\t" \
            "str r0, [r4], #4\n\tstr r4, [sp]\n\tldrd r4, r12, [sp, #8]\n\tcmp lr, r4\n\tbne.w 1b\n\t" \
            "add sp, sp, #20\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}")
#endif

#endif
