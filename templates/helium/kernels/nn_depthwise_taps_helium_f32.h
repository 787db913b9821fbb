#ifndef NN_DEPTHWISE_TAPS_HELIUM_F32_H
#define NN_DEPTHWISE_TAPS_HELIUM_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_depthwise_taps_helium.h"
#include "nn_helium.h"
#include "nn_naked.h"

/* 16 channels at a time, then four: 16 instructions for 16 products (1.0 each), 34 more for each 16 channels. Products are fused with
 * their sums; numbers below 2^-126 are zeros, as Helium has them. NaN stays NaN. */
#if NN_HAS_MVE
/* Not as Q lt min, which NaN is, too. */
#define NN_DEPTHWISE_TAPS_CLAMP(Q) "vpt.f32 gt, q4, " Q "\n\tvmovt " Q ", q4\n\tvpt.f32 gt, " Q ", r5\n\tvdupt.32 " Q ", r5\n\t"
#define NN_DEPTHWISE_TAPS_FMA(Q, AT) "vldrw.32 q4, [r4, #" AT "]\n\tvldrw.32 q5, [r5, #" AT "]\n\tvfma.f32 " Q ", q4, q5\n\t"

NN_NAKED void nn_depthwise_taps_helium_f32(nn_depthwise_taps_helium *run NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {d8, d9, d10, d11}\n\t"
            "mov r12, r0\n\tldm r12, {r2, r3, r7, r8}\n\tldrd r9, r10, [r12, #20]\n"
            "1:\n\tldr r1, [r12, #16]\n\tmov r6, r7\n\tmov r11, r9\n\tldr r4, [r12, #28]\n\tadd r5, r1, r4\n\tstr r5, [r12, #16]\n\t"
            "cmp r6, #16\n\tblt 5f\n"
            "2:\n\tldr r4, [r12, #32]\n\tadd r4, r4, r11\n\tvldrw.32 q0, [r4]\n\tvldrw.32 q1, [r4, #16]\n\tvldrw.32 q2, [r4, #32]\n\t"
            "vldrw.32 q3, [r4, #48]\n\tmov r0, r2\n\tmovs lr, r3\n\tbeq 4f\n"
            "3:\n\tldrd r4, r5, [r0], #8\n\tadd r4, r1, r4, lsl #2\n\tadd r5, r11, r5, lsl #2\n\t"
            NN_DEPTHWISE_TAPS_FMA("q0", "0") NN_DEPTHWISE_TAPS_FMA("q1", "16") NN_DEPTHWISE_TAPS_FMA("q2", "32")
            NN_DEPTHWISE_TAPS_FMA("q3", "48") "le lr, 3b\n"
            "4:\n\tldrd r4, r5, [r12, #36]\n\tvdup.32 q4, r4\n\t" NN_DEPTHWISE_TAPS_CLAMP("q0") NN_DEPTHWISE_TAPS_CLAMP("q1")
            NN_DEPTHWISE_TAPS_CLAMP("q2") NN_DEPTHWISE_TAPS_CLAMP("q3")
            "vstrw.32 q0, [r10], #16\n\tvstrw.32 q1, [r10], #16\n\tvstrw.32 q2, [r10], #16\n\tvstrw.32 q3, [r10], #16\n\t"
            "add r1, r1, #64\n\tadd r11, r11, #64\n\tsub r6, r6, #16\n\tcmp r6, #16\n\tbge 2b\n\tcmp r6, #0\n\tbeq 8f\n"
            "5:\n\tvctp.32 r6\n\tldr r4, [r12, #32]\n\tadd r4, r4, r11\n\tvpst\n\tvldrwt.32 q0, [r4]\n\tmov r0, r2\n\tmovs lr, r3\n\tbeq 7f\n"
            "6:\n\tldrd r4, r5, [r0], #8\n\tadd r4, r1, r4, lsl #2\n\tadd r5, r11, r5, lsl #2\n\t"
            "vpstt\n\tvldrwt.32 q4, [r4]\n\tvldrwt.32 q5, [r5]\n\tvfma.f32 q0, q4, q5\n\tle lr, 6b\n"
            "7:\n\tldrd r4, r5, [r12, #36]\n\tvdup.32 q4, r4\n\t" NN_DEPTHWISE_TAPS_CLAMP("q0")
            "vctp.32 r6\n\tvpst\n\tvstrwt.32 q0, [r10]\n\tmov r4, r6\n\tcmp r4, #4\n\tit gt\n\tmovgt r4, #4\n\tadd r10, r10, r4, lsl #2\n\t"
            "add r1, r1, #16\n\tadd r11, r11, #16\n\tsubs r6, r6, #4\n\tbgt 5b\n"
            "8:\n\tsubs r8, r8, #1\n\tbne 1b\n\t"
            "vpop {d8, d9, d10, d11}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_depthwise_taps_helium_f32(nn_depthwise_taps_helium *run)
{
    for (int32_t i = 0; i < run->pixels * run->channels; i++) {
        const int32_t c = i % run->channels;
        const float *x = run->x + i / run->channels * (run->step / 4) + c;
        float sum = run->w[run->bias / 4 + c];
        for (int32_t t = 0; t < run->count; t++) {
            sum += x[run->taps[2 * t]] * run->w[run->taps[2 * t + 1] + c];
        }
        run->y[i] = nn_clamp_f32(sum, run->min, run->max);
    }
}
#endif

#endif
