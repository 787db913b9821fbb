#ifndef NN_DEPTHWISE_RUN_F32_H
#define NN_DEPTHWISE_RUN_F32_H
#include <stdint.h>
#include "nn_depthwise_taps_f32.h"
#include "nn_fpu.h"
#include "nn_naked.h"

/* Eight channels at a time, then one: 16 instructions for 8 products (2.0 each), 10 more for eight results. s0 to s7 are the sums, s8
 * to s15 numbers, s16 to s23 weights. Products are rounded before they are added, as in C. */
#if NN_HAS_FPU
NN_NAKED void nn_depthwise_run_f32(const nn_depthwise_taps_f32 *run NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {s16-s23}\n\tmov r12, r0\n\t" NN_FPU_DEFAULT_NAN("lr", "r2")
            "ldrd r2, r3, [r12]\n\tldrd r9, r11, [r12, #16]\n\tldr r11, [r12, #24]\n\tldr r8, [r12, #8]\n"
            "1:\n\tmov r0, r8\n\tldr r1, [r12, #12]\n\tldr r10, [r12, #20]\n\tcmp r10, #8\n\tblt 5f\n"
            "2:\n\tvldmia r1, {s0-s7}\n\tmov r6, r2\n\tmovs r7, r3\n\tbeq 4f\n"
            "3:\n\tldrd r4, r5, [r6], #8\n\tadd r4, r0, r4, lsl #2\n\tadd r5, r1, r5, lsl #2\n\tadd r5, r5, #32\n\t"
            "vldmia r4, {s8-s15}\n\tvldmia r5, {s16-s23}\n\t"
            "vmla.f32 s0, s8, s16\n\tvmla.f32 s1, s9, s17\n\tvmla.f32 s2, s10, s18\n\tvmla.f32 s3, s11, s19\n\t"
            "vmla.f32 s4, s12, s20\n\tvmla.f32 s5, s13, s21\n\tvmla.f32 s6, s14, s22\n\tvmla.f32 s7, s15, s23\n\t"
            "subs r7, r7, #1\n\tbne 3b\n"
            "4:\n\tvstmia r9!, {s0-s7}\n\tldr r4, [r12, #32]\n\tadd r0, r0, #32\n\tadd r1, r1, r4\n\tsubs r10, r10, #8\n\tbeq 8f\n\t"
            "cmp r10, #8\n\tbge 2b\n"
            "5:\n\tvldr s0, [r1]\n\tmov r6, r2\n\tmovs r7, r3\n\tbeq 7f\n"
            "6:\n\tldrd r4, r5, [r6], #8\n\tadd r4, r0, r4, lsl #2\n\tadd r5, r1, r5, lsl #2\n\tvldr s8, [r4]\n\tvldr s16, [r5, #32]\n\t"
            "vmla.f32 s0, s8, s16\n\tsubs r7, r7, #1\n\tbne 6b\n"
            "7:\n\tvstmia r9!, {s0}\n\tadd r0, r0, #4\n\tadd r1, r1, #4\n\tsubs r10, r10, #1\n\tbne 5b\n"
            "8:\n\tldr r4, [r12, #28]\n\tadd r8, r8, r4\n\tsubs r11, r11, #1\n\tbne 1b\n\t"
            "vmsr fpscr, lr\n\tvpop {s16-s23}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_depthwise_run_f32(const nn_depthwise_taps_f32 *run)
{
    for (int32_t i = 0; i < run->pixels * run->channels; i++) {
        const int32_t c = i % run->channels;
        const float *x = run->x + i / run->channels * (run->step / 4) + c;
        const float *bias = run->stream + c / 8 * (run->w_group / 4) + c % 8;
        float sum = *bias;
        for (int32_t t = 0; t < run->count; t++) {
            sum += x[run->taps[2 * t]] * bias[8 + run->taps[2 * t + 1]];
        }
        run->y[i] = sum;
    }
}
#endif

#endif
