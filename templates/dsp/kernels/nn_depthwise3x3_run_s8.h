#ifndef NN_DEPTHWISE3X3_RUN_S8_H
#define NN_DEPTHWISE3X3_RUN_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_requantize4_s8.h"
#include "nn_scale_text.h"
#include "nn_simd.h"

/* A run of pixels of four channels of a 3x3 depthwise convolution: 8 instructions for 4 products (2.0 each), 29 more for each
 * pixel. Weights are widened to the stack once for the run. a, b, c: the first pixel of each row of the window, whose pixels
 * lie `pitch` bytes apart; the next window begins next[0], next[1], next[2] bytes on in each row. stream: 17 words as in nn_depthwise3x3_pixel_s8.
 * zero_point: of the output, plus 128. y .. y_end: `step` bytes apart. */
#if NN_HAS_DSP
#define NN_DEPTHWISE3X3_RUN_TAP(LOAD) \
    LOAD "\n\tldrd r8, r9, [lr], #8\n\tsxtb16 r11, r10\n\tsxtb16 r12, r10, ror #8\n\t" \
    "smlabb r0, r8, r11, r0\n\tsmlatt r2, r8, r11, r2\n\tsmlabb r1, r9, r12, r1\n\tsmlatt r3, r9, r12, r3\n\t"
#define NN_DEPTHWISE3X3_RUN_ROW(P) \
    NN_DEPTHWISE3X3_RUN_TAP("ldr r10, [" P ", r7]") NN_DEPTHWISE3X3_RUN_TAP("ldr r10, [" P ", r7, lsl #1]") \
    NN_DEPTHWISE3X3_RUN_TAP("ldr r10, [" P "]")

NN_NAKED void nn_depthwise3x3_run_s8(const int8_t *a NN_ASM_ARG, const int8_t *b NN_ASM_ARG, const int8_t *c NN_ASM_ARG,
                                     int32_t pitch NN_ASM_ARG, const int32_t next[3] NN_ASM_ARG, const uint32_t *stream NN_ASM_ARG,
                                     int32_t zero_point NN_ASM_ARG, int8_t *y NN_ASM_ARG, int32_t step NN_ASM_ARG,
                                     const int8_t *y_end NN_ASM_ARG)
{
    /* sp: 18 words of weights, 9 saved registers, next (108), stream (112), zero_point (116), y (120), step (124), y_end (128) */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tsub sp, sp, #72\n\t"
            "mov r4, r0\n\tmov r5, r1\n\tmov r6, r2\n\tmov r7, r3\n\tldr r12, [sp, #112]\n\tadd r12, r12, #16\n\tmov lr, sp\n\t"
            ".rept 9\n\tldr r8, [r12], #4\n\tsxtb16 r9, r8, ror #8\n\tsxtb16 r8, r8\n\tstrd r8, r9, [lr], #8\n\t.endr\n"
            "1:\n\tldr lr, [sp, #112]\n\tldm lr, {r0, r1, r2, r3}\n\tmov lr, sp\n\t"
            NN_DEPTHWISE3X3_RUN_ROW("r4") NN_DEPTHWISE3X3_RUN_ROW("r5") NN_DEPTHWISE3X3_RUN_ROW("r6")
            "ldr lr, [sp, #112]\n\tadd lr, lr, #52\n\tldm lr, {r8, r9, r10, r11}\n\tldr r12, [sp, #116]\n\t"
            nn_scale_text(NN_SUMS4)
            "pkhbt r0, r0, r2, lsl #16\n\tpkhbt r1, r1, r3, lsl #16\n\tusat16 r0, #8, r0\n\tusat16 r1, #8, r1\n\t"
            "orr r0, r0, r1, lsl #8\n\teor r0, r0, #0x80808080\n\t"
            "ldrd r8, r9, [sp, #120]\n\tldr r12, [sp, #108]\n\tldr lr, [sp, #128]\n\tstr r0, [r8]\n\t"
            "add r8, r8, r9\n\tstr r8, [sp, #120]\n\tldm r12, {r9, r10, r11}\n\tadd r4, r4, r9\n\tadd r5, r5, r10\n\tadd r6, r6, r11\n\t"
            "cmp r8, lr\n\tbne.w 1b\n\t"
            "add sp, sp, #72\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_depthwise3x3_run_s8(const int8_t *a, const int8_t *b, const int8_t *c, int32_t pitch, const int32_t next[3],
                                          const uint32_t *stream, int32_t zero_point, int8_t *y, int32_t step,
                                          const int8_t *y_end)
{
    for (; y != y_end; y += step) {
        int32_t acc[4] = { (int32_t)stream[0], (int32_t)stream[1], (int32_t)stream[2], (int32_t)stream[3] };
        for (int32_t t = 0; t < 9; t++) {
            const int8_t *row = (t < 3) ? a : (t < 6) ? b : c;
            for (int32_t i = 0; i < 4; i++) {
                acc[i] += row[(t + 1) % 3 * pitch + i] * (int8_t)((stream[4 + t] >> (8 * i)) & 0xFFu);
            }
        }
        nn_requantize4_s8(acc, stream + 13, zero_point, y);
        a += next[0];
        b += next[1];
        c += next[2];
    }
}
#endif

#endif
