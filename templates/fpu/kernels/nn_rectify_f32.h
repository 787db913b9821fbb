#ifndef NN_RECTIFY_F32_H
#define NN_RECTIFY_F32_H
#include <stdint.h>
#include "nn_fpu.h"
#include "nn_naked.h"

/* y[0..count) where they are negative become 0: what has the sign bit, eight at a time (12 instructions). Sums of this set have none
 * where they are NaN, and are never -0, as their bias is not. */
#if NN_HAS_FPU
NN_NAKED void nn_rectify_f32(float *y NN_ASM_ARG, int32_t count NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, r9}\n\tsubs r1, r1, #8\n\tblt 2f\n"
            "1:\n\tldm r0, {r2, r3, r4, r5, r6, r7, r8, r9}\n\tbic r2, r2, r2, asr #31\n\tbic r3, r3, r3, asr #31\n\t"
            "bic r4, r4, r4, asr #31\n\tbic r5, r5, r5, asr #31\n\tbic r6, r6, r6, asr #31\n\tbic r7, r7, r7, asr #31\n\t"
            "bic r8, r8, r8, asr #31\n\tbic r9, r9, r9, asr #31\n\tstmia r0!, {r2, r3, r4, r5, r6, r7, r8, r9}\n\t"
            "subs r1, r1, #8\n\tbge 1b\n"
            "2:\n\tadds r1, r1, #8\n\tbeq 4f\n"
            "3:\n\tldr r2, [r0]\n\tbic r2, r2, r2, asr #31\n\tstr r2, [r0], #4\n\tsubs r1, r1, #1\n\tbne 3b\n"
            "4:\n\tpop {r4, r5, r6, r7, r8, r9}\n\tbx lr");
}
#else
static inline void nn_rectify_f32(float *y, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        y[i] = (y[i] < 0.0f) ? 0.0f : y[i];
    }
}
#endif

#endif
