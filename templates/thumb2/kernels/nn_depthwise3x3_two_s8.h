#ifndef NN_DEPTHWISE3X3_TWO_S8_H
#define NN_DEPTHWISE3X3_TWO_S8_H
#include <stdint.h>
#include "nn_depthwise_two.h"
#include "nn_naked.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"
#include "nn_thumb2.h"

/* Two pixels, channel by channel: 56 instructions for 18 products (3.1 each), 59 where columns are two apart. r0 to r2 walk along the
 * rows, r7 to r10 hold columns of one, r5 and r6 are the sums; r12 and lr one and three pixels. A result is the high word of
 * zero_point * 2^32 + 2^31 + sum * multiplier. */
#if NN_HAS_THUMB2
#define NN_DEPTHWISE_TWO_TAP(A, B, NEXT) "ldrsb r11, [r3], #" NEXT "\n\tmla r5, r11, " A ", r5\n\tmla r6, r11, " B ", r6\n\t"
#define NN_DEPTHWISE_TWO_ROW(ROW, NEXT) \
    "ldrsb r8, [" ROW ", r12]\n\tldrsb r9, [" ROW ", r12, lsl #1]\n\tldrsb r10, [" ROW ", lr]\n\tldrsb r7, [" ROW "], #1\n\t" \
    NN_DEPTHWISE_TWO_TAP("r7", "r8", "1") NN_DEPTHWISE_TWO_TAP("r8", "r9", "1") NN_DEPTHWISE_TWO_TAP("r9", "r10", NEXT)
#define NN_DEPTHWISE_TWO_APART(ROW, NEXT) \
    "ldrsb r8, [" ROW ", r12, lsl #1]\n\tldrsb r9, [" ROW ", lr]\n\tldrsb r10, [" ROW ", r12, lsl #2]\n\tldrsb r11, [" ROW ", r12]\n\t" \
    "ldrsb r7, [r3, #1]\n\tmla r5, r7, r11, r5\n\tmla r6, r7, r9, r6\n\tldrsb r7, [" ROW "], #1\n\t" \
    NN_DEPTHWISE_TWO_TAP("r7", "r8", "2") NN_DEPTHWISE_TWO_TAP("r8", "r10", NEXT)
#define NN_DEPTHWISE_TWO_RESULTS \
    "ldr r11, [r3], #4\n\tmov r7, #0x80000000\n\tldr r8, [sp, #4]\n\tsmlal r7, r8, r5, r11\n\tssat r8, #8, r8\n\t" \
    "mov r7, #0x80000000\n\tldr r9, [sp, #4]\n\tsmlal r7, r9, r6, r11\n\tssat r9, #8, r9\n\t" \
    "ldr r7, [sp]\n\tstrb r9, [r4, r7]\n\tstrb r8, [r4], #1\n\tldr r7, [sp, #8]\n\tcmp r4, r7\n\t"

NN_NAKED void nn_depthwise3x3_two_s8(const nn_depthwise_two *two NN_ASM_ARG)
{
    /* sp: step, zero point, end of the results of the first pixel */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tldr r12, [r0, #20]\n\tldrd r5, r6, [r0, #24]\n\tldr r8, [r0, #32]\n\t"
            "ldm r0, {r0, r1, r2, r3, r4}\n\tadd r7, r4, r12\n\tpush {r5, r6, r7}\n\tadd lr, r12, r12, lsl #1\n\tcmp r8, #2\n\tbeq.w 2f\n"
            "1:\n\tldr r5, [r3], #4\n\tmov r6, r5\n\t" NN_DEPTHWISE_TWO_ROW("r0", "1") NN_DEPTHWISE_TWO_ROW("r1", "1")
            NN_DEPTHWISE_TWO_ROW("r2", "4") NN_DEPTHWISE_TWO_RESULTS "bne.w 1b\n\tb.w 3f\n"
            "2:\n\tldr r5, [r3], #4\n\tmov r6, r5\n\t" NN_DEPTHWISE_TWO_APART("r0", "1") NN_DEPTHWISE_TWO_APART("r1", "1")
            NN_DEPTHWISE_TWO_APART("r2", "4") NN_DEPTHWISE_TWO_RESULTS "bne.w 2b\n"
            "3:\n\tadd sp, sp, #12\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_depthwise3x3_two_s8(const nn_depthwise_two *two)
{
    const nn_quant quant = { .left_shift = 0, .zero_point = two->zero_point, .min = -128, .max = 127 };

    for (int32_t c = 0; c < two->channels; c++) {
        const uint32_t *channel = two->stream + 5 * c;
        int32_t sums[2] = { (int32_t)channel[0], (int32_t)channel[0] };
        for (int32_t t = 0; t < 9; t++) {
            const int32_t weight = (int8_t)(uint8_t)(channel[1 + t / 4] >> (8 * (t % 4)));
            const int8_t *x = two->rows[t / 3] + t % 3 * two->channels + c;
            sums[0] += x[0] * weight;
            sums[1] += x[two->stride * two->channels] * weight;
        }
        two->y[two->step + c] = nn_requantize_s8(&quant, sums[1], (int32_t)channel[4]);
        two->y[c] = nn_requantize_s8(&quant, sums[0], (int32_t)channel[4]);
    }
}
#endif

#endif
