#ifndef NN_GEMM_4X2_S8_H
#define NN_GEMM_4X2_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_requantize4_s8.h"
#include "nn_scale_text.h"
#include "nn_simd.h"

/* Groups of four outputs times two windows, 12 instructions for 16 products (0.75 each), 44 more for each group.
 *
 *                     x0 (window 0)        x1 (window 1)       one step: two columns of both windows, as int16 pairs
 *   w(0,1) raw          r1                   r5                SMLAD on the raw word: 256 * sum1 + sum0
 *   w(0,1) low bytes    r0                   r4                after SXTB16:          sum0
 *   w(2,3) raw          r3                   r7
 *   w(2,3) low bytes    r2                   r6
 *
 * window: words of two columns (i, i + 2), those of both windows in turn, up to window_end; at least four.
 * stream, per group: bias 0 and 2; words of two halves 256 * w1 + w0, for rows (0, 1) and (2, 3); bias 1 and 3; four
 * multipliers. Up to stream_end. y[4 * groups] and y + step: codes of window 0 and 1. zero_point: of the output, plus 128.
 * After the first step, the loop has 16 written out and is entered where whole rounds are left: one body serves every depth. */
#if NN_HAS_DSP
#define NN_GEMM_4X2_STEP \
    "ldrd r8, r9, [r12], #8\n\tldrd r10, r11, [lr], #8\n\t" \
    "smlad r1, r10, r8, r1\n\tsmlad r5, r10, r9, r5\n\tsxtb16 r10, r10\n\t" \
    "smlad r3, r11, r8, r3\n\tsmlad r7, r11, r9, r7\n\tsxtb16 r11, r11\n\t" \
    "smlad r0, r10, r8, r0\n\tsmlad r4, r10, r9, r4\n\tsmlad r2, r11, r8, r2\n\tsmlad r6, r11, r9, r6\n\t"
#define NN_GEMM_4X2_SUMS(OP) \
    OP("r0", "r8") OP("r4", "r8") OP("r1", "r9") OP("r5", "r9") OP("r2", "r10") OP("r6", "r10") OP("r3", "r11") OP("r7", "r11")
/* The first one, from bias 0 and 2 in r0 and r2. */
#define NN_GEMM_4X2_FIRST \
    "ldrd r8, r9, [r12], #8\n\tldrd r10, r11, [lr], #8\n\t" \
    "smlad r1, r10, r8, r0\n\tsmlad r5, r10, r9, r0\n\tsxtb16 r10, r10\n\t" \
    "smlad r3, r11, r8, r2\n\tsmlad r7, r11, r9, r2\n\tsxtb16 r11, r11\n\t" \
    "smlad r4, r10, r9, r0\n\tsmlad r0, r10, r8, r0\n\tsmlad r6, r11, r9, r2\n\tsmlad r2, r11, r8, r2\n\t"

NN_NAKED void nn_gemm_4x2_s8(int8_t *y NN_ASM_ARG, int32_t step NN_ASM_ARG, const uint32_t *stream_end NN_ASM_ARG,
                             const uint32_t *window NN_ASM_ARG, const uint32_t *stream NN_ASM_ARG,
                             const uint32_t *window_end NN_ASM_ARG, int32_t zero_point NN_ASM_ARG)
{
    /* sp: y, step, stream_end, window, entry (16), 9 saved registers, stream (56), window_end (60), zero_point (64) */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t"
            "ldr lr, [sp, #36]\n\tldr r4, [sp, #40]\n\tsub r4, r3, r4\n\tasr r4, r4, #3\n\t"
            "add r4, r4, #1\n\tand r4, r4, #15\n\tadr.w r5, 2f\n\tadd r4, r4, r4, lsl #1\n\tadd r4, r5, r4, lsl #4\n\t"
            "orr r4, r4, #1\n\tmov r12, r3\n\tpush {r0, r1, r2, r3, r4}\n"
            "1:\n\tldrd r0, r2, [lr], #8\n\t" NN_GEMM_4X2_FIRST "ldr pc, [sp, #16]\n"
            "2:\n\t.rept 16\n\t" NN_GEMM_4X2_STEP ".endr\n\t"
            "ldr r8, [sp, #60]\n\tcmp r12, r8\n\tbne.w 2b\n\t"
            "ldrd r8, r9, [lr], #8\n\t"
            "sub r1, r1, r0\n\tsub r5, r5, r4\n\tsub r3, r3, r2\n\tsub r7, r7, r6\n\t"
            "add r1, r8, r1, asr #8\n\tadd r5, r8, r5, asr #8\n\tadd r3, r9, r3, asr #8\n\tadd r7, r9, r7, asr #8\n\t"
            "ldm lr!, {r8, r9, r10, r11}\n\tldr r12, [sp, #64]\n\t"
            nn_scale_text(NN_GEMM_4X2_SUMS)
            "pkhbt r0, r0, r2, lsl #16\n\tpkhbt r1, r1, r3, lsl #16\n\tpkhbt r4, r4, r6, lsl #16\n\tpkhbt r5, r5, r7, lsl #16\n\t"
            "usat16 r0, #8, r0\n\tusat16 r1, #8, r1\n\tusat16 r4, #8, r4\n\tusat16 r5, #8, r5\n\t"
            "orr r0, r0, r1, lsl #8\n\torr r4, r4, r5, lsl #8\n\teor r0, r0, #0x80808080\n\teor r4, r4, #0x80808080\n\t"
            "ldrd r8, r9, [sp]\n\tstr r4, [r8, r9]\n\tstr r0, [r8], #4\n\tstr r8, [sp]\n\t"
            "ldrd r8, r12, [sp, #8]\n\tcmp lr, r8\n\tbne.w 1b\n\t"
            "add sp, sp, #20\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_gemm_4x2_s8(int8_t *y, int32_t step, const uint32_t *stream_end, const uint32_t *window,
                                  const uint32_t *stream, const uint32_t *window_end, int32_t zero_point)
{
    const int32_t words = (int32_t)(window_end - window);

    for (; stream != stream_end; stream += words + 8) {
        const uint32_t *w = stream + 2, *after = w + words;
        for (int32_t i = 1; i >= 0; i--) {
            int32_t acc[4] = { (int32_t)stream[0], (int32_t)after[0], (int32_t)stream[1], (int32_t)after[1] };
            for (int32_t k = 0; k < words; k += 2) {
                const uint32_t x = window[k + i];
                for (int32_t r = 0; r < 4; r += 2) {
                    const int32_t low = nn_smlad(nn_sxtb16(w[k + r / 2]), x, 0);
                    acc[r] += low;
                    acc[r + 1] += (nn_smlad(w[k + r / 2], x, 0) - low) / 256;
                }
            }
            nn_requantize4_s8(acc, after + 2, zero_point, y + i * step);
        }
        y += 4;
    }
}
#endif

#endif
