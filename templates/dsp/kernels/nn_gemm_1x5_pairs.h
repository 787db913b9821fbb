#ifndef NN_GEMM_1X5_PAIRS_H
#define NN_GEMM_1X5_PAIRS_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_naked.h"
#include "nn_smlad.h"

/* Five windows times one output after the other, weights looked up two at a time: 8 instructions for 10 products (0.8 each), 27
 * more for each output.
 *
 *         x0 .. x4 (r5 .. r9)    one step: two columns of five windows, as int16 pairs
 *   w      r0 .. r4
 *
 * window: words of two columns (i, i + 2), those of the five windows in turn, of at least eight columns, up to window_end. stream, per
 * output: bias; for each two columns a byte; multiplier. Up to stream_end. table: the two weights of a byte, as int16 pair.
 * y[offsets[0 .. 4]]: codes of the five windows, the next output's behind them. zero_point: of the output. After the first step,
 * the loop has 16 written out and is entered where whole rounds are left. */
#if NN_HAS_DSP
#define NN_GEMM_1X5_PAIRS_LOAD \
    "ldm.w r12!, {r5, r6, r7, r8, r9}\n\tldrb r10, [lr], #1\n\tldr.w r10, [r11, r10, lsl #2]\n\t"
#define NN_GEMM_1X5_PAIRS_STEP \
    NN_GEMM_1X5_PAIRS_LOAD "smlad r0, r10, r5, r0\n\tsmlad r1, r10, r6, r1\n\tsmlad r2, r10, r7, r2\n\tsmlad r3, r10, r8, r3\n\t" \
    "smlad r4, r10, r9, r4\n\t"

NN_NAKED void nn_gemm_1x5_pairs(int8_t *y NN_ASM_ARG, const int32_t *offsets NN_ASM_ARG, const uint32_t *stream_end NN_ASM_ARG,
    const uint32_t *window NN_ASM_ARG, const uint32_t *stream NN_ASM_ARG, const uint32_t *window_end NN_ASM_ARG,
    int32_t zero_point NN_ASM_ARG, const uint32_t *table NN_ASM_ARG)
{
    /* sp: y, offsets, stream_end, window, entry (16), 9 saved registers, stream (56), window_end (60), zero_point (64), table (68) */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t"
            "ldr lr, [sp, #36]\n\tldr r4, [sp, #40]\n\tldr r11, [sp, #48]\n\tsub r4, r4, r3\n\tmov r5, #20\n\tudiv r4, r4, r5\n\t"
            "rsb r4, r4, #1\n\tand r4, r4, #15\n\tadr.w r5, 2f\n\tadd r4, r5, r4, lsl #5\n\torr r4, r4, #1\n\t"
            "mov r12, r3\n\tpush {r0, r1, r2, r3, r4}\n"
            "1:\n\tldr r0, [lr], #4\n\t" NN_GEMM_1X5_PAIRS_LOAD
            "smlad r1, r10, r6, r0\n\tsmlad r2, r10, r7, r0\n\tsmlad r3, r10, r8, r0\n\tsmlad r4, r10, r9, r0\n\t"
            "smlad r0, r10, r5, r0\n\tldr pc, [sp, #16]\n"
            "2:\n\t.rept 16\n\t" NN_GEMM_1X5_PAIRS_STEP ".endr\n\t"
            "ldr r5, [sp, #60]\n\tcmp r12, r5\n\tbne.w 2b\n\t"
            "ldr r8, [lr], #4\n\tldr r12, [sp, #64]\n\t"
            "smmlar r0, r0, r8, r12\n\tsmmlar r1, r1, r8, r12\n\tsmmlar r2, r2, r8, r12\n\tsmmlar r3, r3, r8, r12\n\t"
            "smmlar r4, r4, r8, r12\n\t"
            "ssat r0, #8, r0\n\tssat r1, #8, r1\n\tssat r2, #8, r2\n\tssat r3, #8, r3\n\tssat r4, #8, r4\n\t"
            "ldrd r10, r12, [sp]\n\tldm r12, {r5, r6, r7, r8, r9}\n\t"
            "strb r4, [r10, r9]\n\tstrb r3, [r10, r8]\n\tstrb r2, [r10, r7]\n\tstrb r1, [r10, r6]\n\tstrb r0, [r10, r5]\n\t"
            "add r10, r10, #1\n\tstr r10, [sp]\n\tldrd r8, r12, [sp, #8]\n\tcmp lr, r8\n\tbne.w 1b\n\t"
            "add sp, sp, #20\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_gemm_1x5_pairs(int8_t *y, const int32_t *offsets, const uint32_t *stream_end, const uint32_t *window,
    const uint32_t *stream, const uint32_t *window_end, int32_t zero_point, const uint32_t *table)
{
    const int32_t words = (int32_t)(window_end - window) / 5;

    for (; stream != stream_end; stream += words / 4 + 2) {
        for (int32_t i = 4; i >= 0; i--) {
            int32_t sum = (int32_t)stream[0];
            for (int32_t k = 0; k < words; k++) {
                sum = nn_smlad(table[(stream[1 + k / 4] >> (k % 4 * 8)) & 255u], window[5 * k + i], sum);
            }
            const int64_t product = (int64_t)sum * (int32_t)stream[1 + words / 4] + INT64_C(0x80000000);
            const int32_t code = (int32_t)(product >> 32) + zero_point;
            y[offsets[i]] = (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
        }
        y++;
    }
}
#endif

#endif
