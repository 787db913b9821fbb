#ifndef NN_WINDOWS_HELIUM_F32_H
#define NN_WINDOWS_HELIUM_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_helium.h"
#include "nn_naked.h"
#include "nn_windows_helium.h"

/* Two windows times eight rows of weights at a time: 27 instructions for 64 products (0.42 each), 57 more for the 16 results, 13 for
 * each run. stream, for each eight outputs: bias [8], weights [numbers][8]. Products are fused with their sums; numbers below
 * 2^-126 are zeros, as Helium has them. NaN stays NaN. */
#if NN_HAS_MVE
#define NN_WINDOWS_STEP(X0, X1) \
    "vldrw.32 q4, [r10], #16\n\tvldrw.32 q5, [r10], #16\n\tvfma.f32 q0, q4, " X0 "\n\tvfma.f32 q1, q5, " X0 "\n\t" \
    "vfma.f32 q2, q4, " X1 "\n\tvfma.f32 q3, q5, " X1 "\n\t"
/* Not as Q lt min, which NaN is, too. */
#define NN_WINDOWS_CLAMP(Q) "vpt.f32 gt, q4, " Q "\n\tvmovt " Q ", q4\n\tvpt.f32 gt, " Q ", r3\n\tvdupt.32 " Q ", r3\n\t"

NN_NAKED void nn_windows_helium_f32(nn_windows_helium *windows NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {d8, d9, d10, d11}\n\tmov r12, r0\n"
            "1:\n\tldm r12, {r0, r1, r10}\n\tldrd r2, r11, [r12, #12]\n\tvldrw.32 q0, [r10], #16\n\tvldrw.32 q1, [r10], #16\n\t"
            "vmov q2, q0\n\tvmov q3, q1\n\tadd r10, r10, r2\n"
            "2:\n\tldr r2, [r12, #20]\n\tlsrs lr, r2, #2\n\tbeq 4f\n"
            "3:\n\tldm r0!, {r2, r3, r4, r5}\n\tldm r1!, {r6, r7, r8, r9}\n\t"
            NN_WINDOWS_STEP("r2", "r6") NN_WINDOWS_STEP("r3", "r7") NN_WINDOWS_STEP("r4", "r8") NN_WINDOWS_STEP("r5", "r9")
            "le lr, 3b\n\tldr r2, [r12, #20]\n"
            "4:\n\tands lr, r2, #3\n\tbeq 6f\n"
            "5:\n\tldr r2, [r0], #4\n\tldr r6, [r1], #4\n\t" NN_WINDOWS_STEP("r2", "r6") "le lr, 5b\n"
            "6:\n\tldrd r2, r3, [r12, #24]\n\tadd r0, r0, r2\n\tadd r1, r1, r2\n\tadd r10, r10, r3\n\tsubs r11, r11, #1\n\tbne 2b\n\t"
            "ldrd r2, r3, [r12, #48]\n\tvdup.32 q4, r2\n\t" NN_WINDOWS_CLAMP("q0") NN_WINDOWS_CLAMP("q1") NN_WINDOWS_CLAMP("q2") NN_WINDOWS_CLAMP("q3")
            "ldrd r4, r5, [r12, #36]\n\tldr r6, [r12, #44]\n\tvctp.32 r6\n\tvpstt\n\tvstrwt.32 q0, [r4], #16\n\tvstrwt.32 q2, [r5], #16\n\t"
            "subs r7, r6, #4\n\tit mi\n\tmovmi r7, #0\n\tvctp.32 r7\n\tvpstt\n\tvstrwt.32 q1, [r4], #16\n\tvstrwt.32 q3, [r5], #16\n\t"
            "ldr r2, [r12, #8]\n\tldr r3, [r12, #32]\n\tadd r2, r2, r3\n\tsubs r6, r6, #8\n\tstrd r4, r5, [r12, #36]\n\tstr r6, [r12, #44]\n\t"
            "str r2, [r12, #8]\n\tbgt 1b\n\t"
            "vpop {d8, d9, d10, d11}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_windows_helium_f32(nn_windows_helium *windows)
{
    for (int32_t o = 0; o < windows->outputs; o++) {
        const float *bias = windows->stream + o / 8 * (windows->w_group / 4) + o % 8;
        const float *w = bias + 8 + windows->w_first / 4;
        float sum0 = *bias, sum1 = *bias;
        const float *x0 = windows->x0, *x1 = windows->x1;
        for (int32_t row = 0; row < windows->rows; row++) {
            for (int32_t i = 0; i < windows->count; i++) {
                sum0 += x0[i] * w[8 * i];
                sum1 += x1[i] * w[8 * i];
            }
            x0 += windows->count + windows->x_step / 4;
            x1 += windows->count + windows->x_step / 4;
            w += 8 * windows->count + windows->w_step / 4;
        }
        windows->y0[o] = nn_clamp_f32(sum0, windows->min, windows->max);
        windows->y1[o] = nn_clamp_f32(sum1, windows->min, windows->max);
    }
}
#endif

#endif
