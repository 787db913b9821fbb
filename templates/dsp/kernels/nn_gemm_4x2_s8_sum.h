#ifndef NN_GEMM_4X2_S8_SUM_H
#define NN_GEMM_4X2_S8_SUM_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_gemm_4x2_text.h"
#include "nn_gemm_sums_s8.h"
#include "nn_naked.h"
#include "nn_requantize4_s8.h"
#include "nn_scale_text.h"
#include "nn_sum4_s8.h"

/* Groups of four outputs times two windows, 12 instructions for 16 products (0.75 each), 44 more for each group, and the sum with
 * another tensor where there is one: 43 for eight codes that lie in registers.
 *
 *                     x0 (window 0)        x1 (window 1)       one step: two columns of both windows, as int16 pairs
 *   w(0,1) raw          r1                   r5                SMLAD on the raw word: 256 * sum1 + sum0
 *   w(0,1) low bytes    r0                   r4                after SXTB16:          sum0
 *   w(2,3) raw          r3                   r7
 *   w(2,3) low bytes    r2                   r6
 *   then: codes 0, 2    r0                   r4                128 more; the pairs (code, other) are SMLAD's with the factors
 *         codes 1, 3    r1                   r5
 *
 * window: words of two columns (i, i + 2), those of both windows in turn, up to window_end; at least four.
 * stream, per group: bias 0 and 2; words of two halves 256 * w1 + w0, for rows (0, 1) and (2, 3); bias 1 and 3; four
 * multipliers. Up to stream_end. zero_point: of the codes, plus 128. sum: of nn_sum4_s8, or NULL. other and other + step: what
 * is added. y[4 * groups] and y + step: results of window 0 and 1; y may be `other`. */
#if NN_HAS_DSP
#define NN_GEMM_4X2_SUM(EVEN, ODD, OTHER) \
    "sxtb16 r6, " OTHER "\n\tsxtb16 " OTHER ", " OTHER ", ror #8\n\t" \
    "pkhbt r7, " EVEN ", r6, lsl #16\n\tpkhtb r6, r6, " EVEN ", asr #16\n\t" \
    "pkhbt r8, " ODD ", " OTHER ", lsl #16\n\tpkhtb " OTHER ", " OTHER ", " ODD ", asr #16\n\t" \
    "smlad r7, r7, r10, r11\n\tsmlad r6, r6, r10, r11\n\tsmlad r8, r8, r10, r11\n\tsmlad " OTHER ", " OTHER ", r10, r11\n\t" \
    "asr r7, r7, r12\n\tasr r6, r6, r12\n\tasr r8, r8, r12\n\tasr " OTHER ", " OTHER ", r12\n\t" \
    "pkhbt " EVEN ", r7, r6, lsl #16\n\tpkhbt " ODD ", r8, " OTHER ", lsl #16\n\t" \
    "usat16 " EVEN ", #8, " EVEN "\n\tusat16 " ODD ", #8, " ODD "\n\t"

NN_NAKED void nn_gemm_4x2_s8_sum(int8_t *y NN_ASM_ARG, int32_t step NN_ASM_ARG, const uint32_t *stream_end NN_ASM_ARG,
                                 const uint32_t *window NN_ASM_ARG, const uint32_t *stream NN_ASM_ARG,
                                 const uint32_t *window_end NN_ASM_ARG, int32_t zero_point NN_ASM_ARG,
                                 const int32_t *sum NN_ASM_ARG, const int8_t *other NN_ASM_ARG)
{
    /* sp: y, step, stream_end, sum, window, entry (20), 9 saved registers, stream (60), window_end (64), zero_point (68), sum,
     * other (76) */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t"
            "ldr r4, [sp, #40]\n\tsub r4, r3, r4\n\tasr r4, r4, #3\n\t"
            "add r4, r4, #1\n\tand r4, r4, #15\n\tadr.w r5, 2f\n\tadd r4, r4, r4, lsl #1\n\tadd lr, r5, r4, lsl #4\n\t"
            "orr lr, lr, #1\n\tmov r12, r3\n\tldr r3, [sp, #48]\n\tpush {r0, r1, r2, r3, r12, lr}\n\tldr lr, [sp, #60]\n"
            "1:\n\tldrd r0, r2, [lr], #8\n\t" NN_GEMM_4X2_FIRST "ldr pc, [sp, #20]\n"
            "2:\n\t.rept 16\n\t" NN_GEMM_4X2_STEP ".endr\n\t"
            "ldr r8, [sp, #64]\n\tcmp r12, r8\n\tbne.w 2b\n\t"
            "ldrd r8, r9, [lr], #8\n\t"
            "sub r1, r1, r0\n\tsub r5, r5, r4\n\tsub r3, r3, r2\n\tsub r7, r7, r6\n\t"
            "add r1, r8, r1, asr #8\n\tadd r5, r8, r5, asr #8\n\tadd r3, r9, r3, asr #8\n\tadd r7, r9, r7, asr #8\n\t"
            "ldm lr!, {r8, r9, r10, r11}\n\tldr r12, [sp, #68]\n\t"
            nn_scale_text(NN_GEMM_4X2_SUMS)
            "pkhbt r0, r0, r2, lsl #16\n\tpkhbt r1, r1, r3, lsl #16\n\tpkhbt r4, r4, r6, lsl #16\n\tpkhbt r5, r5, r7, lsl #16\n\t"
            "usat16 r0, #8, r0\n\tusat16 r1, #8, r1\n\tusat16 r4, #8, r4\n\tusat16 r5, #8, r5\n\t"
            "ldm sp, {r2, r3, r6, r7, r12}\n\tcbnz r7, 4f\n"
            "3:\n\torr r0, r0, r1, lsl #8\n\torr r4, r4, r5, lsl #8\n\teor r0, r0, #0x80808080\n\teor r4, r4, #0x80808080\n\t"
            "str r4, [r2, r3]\n\tstr r0, [r2], #4\n\tstr r2, [sp]\n\tcmp lr, r6\n\tbne.w 1b\n\t"
            "add sp, sp, #24\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}\n"
            "4:\n\tldr r9, [sp, #76]\n\tldr r3, [r9, r3]\n\tldr r2, [r9], #4\n\tstr r9, [sp, #76]\n\tldm r7, {r10, r11, r12}\n\t"
            NN_GEMM_4X2_SUM("r0", "r1", "r2") NN_GEMM_4X2_SUM("r4", "r5", "r3")
            "ldm sp, {r2, r3, r6, r7, r12}\n\tb 3b");
}
#else
static inline void nn_gemm_4x2_s8_sum(int8_t *y, int32_t step, const uint32_t *stream_end, const uint32_t *window,
                                      const uint32_t *stream, const uint32_t *window_end, int32_t zero_point,
                                      const int32_t *sum, const int8_t *other)
{
    const int32_t words = (int32_t)(window_end - window);

    for (; stream != stream_end; stream += words + 8) {
        for (int32_t i = (step != 0) ? 1 : 0; i >= 0; i--) {
            int32_t acc[4];
            int8_t codes[4];
            const uint32_t *multiplier = nn_gemm_sums_s8(stream, window + i, words, acc);
            nn_requantize4_s8(acc, multiplier, zero_point, codes);
            nn_sum4_s8(codes, sum, other + i * step, y + i * step);
        }
        y += 4;
        other += 4;
    }
}
#endif

#endif
