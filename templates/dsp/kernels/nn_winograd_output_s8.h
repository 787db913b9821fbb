#ifndef NN_WINOGRAD_OUTPUT_S8_H
#define NN_WINOGRAD_OUTPUT_S8_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_naked.h"
#include "nn_smmlar.h"
#include "nn_ssat8.h"

/* A' m A of one tile, for four outputs: 16 sums of products become 2 x 2 codes, 66 instructions. Sums hold four times those of the
 * convolution modulo 2^32. sums[16][8], of which four columns are read; bias: pairs of bias and multiplier; next, down: bytes
 * between columns and rows of y. zero_point: of the output. */
#if NN_HAS_DSP
#define NN_WINOGRAD_COLUMN(J, S, T) \
    "ldr r2, [r0, #(32 * " #J ")]\n\tldr r3, [r0, #(32 * " #J " + 128)]\n\tldr r12, [r0, #(32 * " #J " + 256)]\n\tldr lr, [r0, #(32 * " #J " + 384)]\n\t" \
    "add r2, r2, r3\n\tadd " S ", r2, r12\n\tsub r3, r3, r12\n\tsub " T ", r3, lr\n\t"

NN_NAKED void nn_winograd_output_s8(const int32_t *sums NN_ASM_ARG, int8_t *y NN_ASM_ARG, const int32_t *bias NN_ASM_ARG,
                                    int32_t zero_point NN_ASM_ARG, int32_t next NN_ASM_ARG, int32_t down NN_ASM_ARG)
{
    /* sp: bias, zero_point, end of sums, 9 saved registers, next (48), down (52) */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tadd r12, r0, #16\n\tpush {r2, r3, r12}\n"
            "1:\n\t" NN_WINOGRAD_COLUMN(0, "r4", "r8") NN_WINOGRAD_COLUMN(1, "r5", "r9") NN_WINOGRAD_COLUMN(2, "r6", "r10")
            NN_WINOGRAD_COLUMN(3, "r7", "r11")
            "add r4, r4, r5\n\tadd r4, r4, r6\n\tsub r5, r5, r6\n\tsub r5, r5, r7\n\t"
            "add r8, r8, r9\n\tadd r8, r8, r10\n\tsub r9, r9, r10\n\tsub r9, r9, r11\n\t"
            "ldrd r12, lr, [sp]\n\tldrd r2, r3, [r12], #8\n\tstr r12, [sp]\n\t"
            "add r4, r2, r4, asr #2\n\tadd r5, r2, r5, asr #2\n\tadd r8, r2, r8, asr #2\n\tadd r9, r2, r9, asr #2\n\t"
            "smmlar r4, r4, r3, lr\n\tsmmlar r5, r5, r3, lr\n\tsmmlar r8, r8, r3, lr\n\tsmmlar r9, r9, r3, lr\n\t"
            "ldrd r6, r7, [sp, #48]\n\tssat r4, #8, r4\n\tssat r5, #8, r5\n\tssat r8, #8, r8\n\tssat r9, #8, r9\n\t"
            "add r10, r1, r7\n\tadd r0, r0, #4\n\tstrb r5, [r1, r6]\n\tstrb r4, [r1], #1\n\tstrb r8, [r10]\n\tstrb r9, [r10, r6]\n\t"
            "ldr r2, [sp, #8]\n\tcmp r0, r2\n\tbne.w 1b\n\t"
            "add sp, sp, #12\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_winograd_output_s8(const int32_t *sums, int8_t *y, const int32_t *bias, int32_t zero_point,
                                         int32_t next, int32_t down)
{
    for (int32_t c = 0; c < 4; c++) {
        for (int32_t i = 0; i < 4; i++) {
            uint32_t sum = 0;
            for (int32_t p = 0; p < 9; p++) {
                /* Rows and columns of A': (1, 1, 1, 0) and (0, 1, -1, -1). */
                const int32_t row = i / 2 + p / 3, column = i % 2 + p % 3;
                const uint32_t m = (uint32_t)sums[(row * 4 + column) * 8 + c];
                const int32_t minus = ((i / 2 != 0 && p / 3 > 0) ? 1 : 0) + ((i % 2 != 0 && p % 3 > 0) ? 1 : 0);
                sum += (minus == 1) ? 0u - m : m;
            }
            const int32_t acc = bias[2 * c] + (int32_t)sum / 4;
            y[c + i / 2 * down + i % 2 * next] = (int8_t)nn_ssat8(nn_smmlar(acc, bias[2 * c + 1], zero_point));
        }
    }
}
#endif

#endif
