#ifndef NN_RECTIFY_BELOW_F32_H
#define NN_RECTIFY_BELOW_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_fpu.h"
#include "nn_naked.h"

/* y[0..count) within 0 and *max, a finite number above 0: as integers, eight at a time (5.5 instructions each). What has the sign bit
 * becomes 0. Numbers compare like their bits, moved up so that the one NaN, 0x7FC00000, wraps to below all of them. Sums of
 * this set have no other NaN and are never -0, as their bias is not. */
#if NN_HAS_FPU
#define NN_RECTIFY_BELOW(R) \
    "bic " R ", " R ", " R ", asr #31\n\tadd r3, " R ", #0x400000\n\tcmp r3, r12\n\tit gt\n\tmovgt " R ", r2\n\t"

NN_NAKED void nn_rectify_below_f32(float *y NN_ASM_ARG, int32_t count NN_ASM_ARG, const float *max NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11}\n\tldr r2, [r2]\n\tadd r12, r2, #0x400000\n\tsubs r1, r1, #8\n\tblt 2f\n"
            "1:\n\tldm r0, {r4, r5, r6, r7, r8, r9, r10, r11}\n\t"
            NN_RECTIFY_BELOW("r4") NN_RECTIFY_BELOW("r5") NN_RECTIFY_BELOW("r6") NN_RECTIFY_BELOW("r7")
            NN_RECTIFY_BELOW("r8") NN_RECTIFY_BELOW("r9") NN_RECTIFY_BELOW("r10") NN_RECTIFY_BELOW("r11")
            "stmia r0!, {r4, r5, r6, r7, r8, r9, r10, r11}\n\tsubs r1, r1, #8\n\tbge 1b\n"
            "2:\n\tadds r1, r1, #8\n\tbeq 4f\n"
            "3:\n\tldr r4, [r0]\n\t" NN_RECTIFY_BELOW("r4") "str r4, [r0], #4\n\tsubs r1, r1, #1\n\tbne 3b\n"
            "4:\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11}\n\tbx lr");
}
#else
static inline void nn_rectify_below_f32(float *y, int32_t count, const float *max)
{
    for (int32_t i = 0; i < count; i++) {
        y[i] = nn_clamp_f32(y[i], 0.0f, *max);
    }
}
#endif

#endif
