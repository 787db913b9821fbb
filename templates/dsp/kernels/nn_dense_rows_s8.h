#ifndef NN_DENSE_ROWS_S8_H
#define NN_DENSE_ROWS_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_requantize4_s8.h"
#include "nn_simd.h"

/* Groups of four rows of weights times one vector of int8 codes, eight columns a step: 32 instructions for 32 products (1.0
 * each), 31 more for each group. x: a multiple of eight codes, up to x_end. stream as in nn_gemm_4x2_s8. zero_point: of the
 * output, plus 128. The loop has 8 steps written out and is entered where whole rounds are left. */
#if NN_HAS_DSP
#define NN_DENSE_WORD(WA, WB, X) \
    "smlad r1, " WA ", " X ", r1\n\tsxtb16 " WA ", " WA "\n\tsmlad r3, " WB ", " X ", r3\n\tsxtb16 " WB ", " WB "\n\t" \
    "smlad r0, " WA ", " X ", r0\n\tsmlad r2, " WB ", " X ", r2\n\t"

NN_NAKED void nn_dense_rows_s8(int8_t *y NN_ASM_ARG, int32_t zero_point NN_ASM_ARG, const uint32_t *stream_end NN_ASM_ARG,
                               const int8_t *x NN_ASM_ARG, const uint32_t *stream NN_ASM_ARG, const int8_t *x_end NN_ASM_ARG)
{
    /* sp: y, zero_point, stream_end, x, entry (16), 9 saved registers, stream (56), x_end (60) */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t"
            "ldr lr, [sp, #36]\n\tldr r4, [sp, #40]\n\tsub r4, r4, r3\n\tubfx r4, r4, #3, #3\n\t"
            "rsb r4, r4, #8\n\tand r4, r4, #7\n\tadr.w r5, 2f\n\tadd r4, r5, r4, lsl #7\n\torr r4, r4, #1\n\t"
            "mov r12, r3\n\tpush {r0, r1, r2, r3, r4}\n"
            "1:\n\tldrd r0, r2, [lr], #8\n\tmov r1, r0\n\tmov r3, r2\n\tldr pc, [sp, #16]\n"
            "2:\n\t.rept 8\n\t"
            "ldr r4, [r12], #4\n\tldr r6, [r12], #4\n\t"
            "sxtb16 r5, r4, ror #8\n\tsxtb16 r4, r4\n\tsxtb16 r7, r6, ror #8\n\tsxtb16 r6, r6\n\t"
            "ldm.w lr!, {r8, r9, r10, r11}\n\t" NN_DENSE_WORD("r8", "r9", "r4") NN_DENSE_WORD("r10", "r11", "r5")
            "ldm.w lr!, {r8, r9, r10, r11}\n\t" NN_DENSE_WORD("r8", "r9", "r6") NN_DENSE_WORD("r10", "r11", "r7")
            ".endr\n\t"
            "ldr r8, [sp, #60]\n\tcmp r12, r8\n\tbne.w 2b\n\t"
            "ldrd r4, r5, [lr], #8\n\tsub r1, r1, r0\n\tsub r3, r3, r2\n\tadd r1, r4, r1, asr #8\n\tadd r3, r5, r3, asr #8\n\t"
            "ldm lr!, {r8, r9, r10, r11}\n\tldrd r4, r5, [sp]\n\t"
            "smmlar r0, r0, r8, r5\n\tsmmlar r1, r1, r9, r5\n\tsmmlar r2, r2, r10, r5\n\tsmmlar r3, r3, r11, r5\n\t"
            "pkhbt r0, r0, r2, lsl #16\n\tpkhbt r1, r1, r3, lsl #16\n\tusat16 r0, #8, r0\n\tusat16 r1, #8, r1\n\t"
            "orr r0, r0, r1, lsl #8\n\teor r0, r0, #0x80808080\n\t"
            "str r0, [r4], #4\n\tstr r4, [sp]\n\tldrd r4, r12, [sp, #8]\n\tcmp lr, r4\n\tbne.w 1b\n\t"
            "add sp, sp, #20\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_dense_rows_s8(int8_t *y, int32_t zero_point, const uint32_t *stream_end, const int8_t *x,
                                    const uint32_t *stream, const int8_t *x_end)
{
    const int32_t depth = (int32_t)(x_end - x);

    for (; stream != stream_end; stream += depth + 8) {
        const uint32_t *w = stream + 2, *after = w + depth;
        int32_t acc[4] = { (int32_t)stream[0], (int32_t)after[0], (int32_t)stream[1], (int32_t)after[1] };
        for (int32_t k = 0; k < depth; k += 2) {
            const uint32_t v = nn_load4(x + k / 4 * 4);
            const uint32_t pair = (k % 4 == 0) ? nn_sxtb16(v) : nn_sxtb16_ror8(v);
            for (int32_t r = 0; r < 4; r += 2) {
                const int32_t low = nn_smlad(nn_sxtb16(w[k + r / 2]), pair, 0);
                acc[r] += low;
                acc[r + 1] += (nn_smlad(w[k + r / 2], pair, 0) - low) / 256;
            }
        }
        nn_requantize4_s8(acc, after + 2, zero_point, y);
        y += 4;
    }
}
#endif

#endif
