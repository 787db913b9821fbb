#ifndef NN_DEPTHWISE3X3_PIXEL_S8_H
#define NN_DEPTHWISE3X3_PIXEL_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_requantize4_s8.h"
#include "nn_scale_text.h"
#include "nn_simd.h"

/* One pixel of a 3x3 depthwise convolution, four channels at a time: 10 instructions for 4 products (2.5 each), 18 more for
 * each four. a, b, c: the first pixel of each row of the window, whose pixels lie `pitch` bytes apart. stream, per four
 * channels: four bias; nine words of four int8 weights, for the columns 1, 2, 0 of each row; four multipliers. Up to
 * stream_end. zero_point: of the output, plus 128. */
#if NN_HAS_DSP
#define NN_DEPTHWISE3X3_TAP(LOAD) \
    LOAD "\n\tldr r8, [lr], #4\n\tsxtb16 r11, r10\n\tsxtb16 r12, r10, ror #8\n\tsxtb16 r9, r8, ror #8\n\tsxtb16 r8, r8\n\t" \
    "smlabb r0, r8, r11, r0\n\tsmlatt r2, r8, r11, r2\n\tsmlabb r1, r9, r12, r1\n\tsmlatt r3, r9, r12, r3\n\t"
#define NN_DEPTHWISE3X3_ROW(P) \
    NN_DEPTHWISE3X3_TAP("ldr r10, [" P ", r7]") NN_DEPTHWISE3X3_TAP("ldr r10, [" P ", r7, lsl #1]") \
    NN_DEPTHWISE3X3_TAP("ldr r10, [" P "], #4")

NN_NAKED void nn_depthwise3x3_pixel_s8(const int8_t *a NN_ASM_ARG, const int8_t *b NN_ASM_ARG, const int8_t *c NN_ASM_ARG,
                                       int32_t pitch NN_ASM_ARG, const uint32_t *stream NN_ASM_ARG,
                                       const uint32_t *stream_end NN_ASM_ARG, int32_t zero_point NN_ASM_ARG,
                                       int8_t *y NN_ASM_ARG)
{
    /* sp: 9 saved registers, stream (36), stream_end (40), zero_point (44), y (48) */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t"
            "mov r4, r0\n\tmov r5, r1\n\tmov r6, r2\n\tmov r7, r3\n\tldr lr, [sp, #36]\n"
            "1:\n\tldm lr!, {r0, r1, r2, r3}\n\t" NN_DEPTHWISE3X3_ROW("r4") NN_DEPTHWISE3X3_ROW("r5") NN_DEPTHWISE3X3_ROW("r6")
            "ldm lr!, {r8, r9, r10, r11}\n\tldr r12, [sp, #44]\n\t"
            nn_scale_text(NN_SUMS4)
            "pkhbt r0, r0, r2, lsl #16\n\tpkhbt r1, r1, r3, lsl #16\n\tusat16 r0, #8, r0\n\tusat16 r1, #8, r1\n\t"
            "orr r0, r0, r1, lsl #8\n\teor r0, r0, #0x80808080\n\t"
            "ldr r8, [sp, #48]\n\tldr r9, [sp, #40]\n\tstr r0, [r8], #4\n\tstr r8, [sp, #48]\n\tcmp lr, r9\n\tbne.w 1b\n\t"
            "pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_depthwise3x3_pixel_s8(const int8_t *a, const int8_t *b, const int8_t *c, int32_t pitch,
                                            const uint32_t *stream, const uint32_t *stream_end, int32_t zero_point,
                                            int8_t *y)
{
    for (; stream != stream_end; stream += 17) {
        int32_t acc[4] = { (int32_t)stream[0], (int32_t)stream[1], (int32_t)stream[2], (int32_t)stream[3] };
        for (int32_t t = 0; t < 9; t++) {
            const int8_t *row = (t < 3) ? a : (t < 6) ? b : c;
            for (int32_t i = 0; i < 4; i++) {
                acc[i] += row[(t + 1) % 3 * pitch + i] * (int8_t)((stream[4 + t] >> (8 * i)) & 0xFFu);
            }
        }
        nn_requantize4_s8(acc, stream + 13, zero_point, y);
        a += 4;
        b += 4;
        c += 4;
        y += 4;
    }
}
#endif

#endif
