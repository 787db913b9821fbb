#ifndef NN_GEMM_BYTES_S8_H
#define NN_GEMM_BYTES_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"
#include "nn_thumb2.h"
#include "nn_windows_bytes_s8.h"

/* Two windows times four outputs at a time: 115 instructions for 64 products (1.8 each), 63 more for eight results. r0 to r3 are the sums
 * of window a, r4 to r7 of window b; r11 and r12 a code of each, lr a weight. The loop is entered in its middle where the
 * fours are odd. A result is the high word of zero_point * 2^32 + 2^31 + sum * multiplier. */
#if NN_HAS_THUMB2
#define NN_GEMM_BYTES_WEIGHT(A, B) "ldrsb lr, [r10], #1\n\tmla " A ", lr, r11, " A "\n\tmla " B ", lr, r12, " B "\n\t"
#define NN_GEMM_BYTES_FOUR \
    ".rept 4\n\tldrsb r11, [r8], #1\n\tldrsb r12, [r9], #1\n\t" NN_GEMM_BYTES_WEIGHT("r0", "r4") NN_GEMM_BYTES_WEIGHT("r1", "r5") \
    NN_GEMM_BYTES_WEIGHT("r2", "r6") NN_GEMM_BYTES_WEIGHT("r3", "r7") ".endr\n"
#define NN_GEMM_BYTES_RESULT(SUM, Y) \
    "mov r11, #0x80000000\n\tldr r12, [sp, #28]\n\tsmlal r11, r12, " SUM ", lr\n\tssat r12, #8, r12\n\tstrb r12, [" Y "], #1\n\t"
#define NN_GEMM_BYTES_RESULTS(A, B) "ldr lr, [r10], #4\n\t" NN_GEMM_BYTES_RESULT(A, "r8") NN_GEMM_BYTES_RESULT(B, "r9")

NN_NAKED void nn_gemm_bytes_s8(const nn_windows_bytes_s8 *windows NN_ASM_ARG)
{
    /* sp: a copy of *windows */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tldm r0, {r1, r2, r3, r4, r5, r6, r7, r8, r9}\n\tsub sp, sp, #36\n\t"
            "stm sp, {r1, r2, r3, r4, r5, r6, r7, r8, r9}\n\tmov r10, r3\n"
            "1:\n\tldrd r8, r9, [sp]\n\tldm r10!, {r0, r1, r2, r3}\n\tmov r4, r0\n\tmov r5, r1\n\tmov r6, r2\n\tmov r7, r3\n\t"
            "ldr lr, [sp, #32]\n\tcmp lr, #0\n\tbne.w 3f\n"
            "2:\n\t" NN_GEMM_BYTES_FOUR
            "3:\n\t" NN_GEMM_BYTES_FOUR "\tldr lr, [sp, #24]\n\tcmp r8, lr\n\tbne.w 2b\n\t"
            "ldrd r8, r9, [sp, #12]\n\t" NN_GEMM_BYTES_RESULTS("r0", "r4") NN_GEMM_BYTES_RESULTS("r1", "r5")
            NN_GEMM_BYTES_RESULTS("r2", "r6") NN_GEMM_BYTES_RESULTS("r3", "r7")
            "strd r8, r9, [sp, #12]\n\tldr lr, [sp, #20]\n\tsubs lr, lr, #1\n\tstr lr, [sp, #20]\n\tbne.w 1b\n\t"
            "add sp, sp, #36\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_gemm_bytes_s8(const nn_windows_bytes_s8 *windows)
{
    const int32_t depth = (int32_t)(windows->a_end - windows->a);

    for (int32_t o = 0; o < 4 * windows->groups; o++) {
        const uint32_t *group = windows->stream + o / 4 * (depth + 8);
        const int32_t multiplier = (int32_t)group[depth + 4 + o % 4];
        int32_t sums[2] = { (int32_t)group[o % 4], (int32_t)group[o % 4] };
        for (int32_t i = 0; i < depth; i++) {
            const int32_t weight = (int8_t)(uint8_t)(group[4 + i] >> (8 * (o % 4)));
            sums[0] += windows->a[i] * weight;
            sums[1] += windows->b[i] * weight;
        }
        const nn_quant quant = { .left_shift = 0, .zero_point = windows->zero_point, .min = -128, .max = 127 };
        windows->y0[o] = nn_requantize_s8(&quant, sums[0], multiplier);
        windows->y1[o] = nn_requantize_s8(&quant, sums[1], multiplier);
    }
}
#endif

#endif
