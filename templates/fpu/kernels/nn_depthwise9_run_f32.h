#ifndef NN_DEPTHWISE9_RUN_F32_H
#define NN_DEPTHWISE9_RUN_F32_H
#include "nn_depthwise_run_f32.h"
#include "nn_depthwise_taps_f32.h"
#include "nn_fpu.h"
#include "nn_naked.h"

/* All of nine taps, of channels in eights: 90 instructions for 72 products (1.25 each). r0 to r8 are the taps, each of which runs
 * through the channels; s0 to s7 the sums, s8 to s15 numbers of one tap, s16 to s31 weights of two. */
#if NN_HAS_FPU
#define NN_DEPTHWISE9_TAP(POINTER, A, B, C, D, E, F, G, H) \
    "vldmia " POINTER "!, {s8-s15}\n\t" \
    "vmla.f32 s0, s8, " A "\n\tvmla.f32 s1, s9, " B "\n\tvmla.f32 s2, s10, " C "\n\tvmla.f32 s3, s11, " D "\n\t" \
    "vmla.f32 s4, s12, " E "\n\tvmla.f32 s5, s13, " F "\n\tvmla.f32 s6, s14, " G "\n\tvmla.f32 s7, s15, " H "\n\t"
#define NN_DEPTHWISE9_FIRST(POINTER) NN_DEPTHWISE9_TAP(POINTER, "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23")
#define NN_DEPTHWISE9_TWO(ONE, OTHER) \
    "vldmia r9!, {s16-s31}\n\t" NN_DEPTHWISE9_FIRST(ONE) \
    NN_DEPTHWISE9_TAP(OTHER, "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31")
#define NN_DEPTHWISE9_POINTER(R) "ldr " R ", [r9], #8\n\tadd " R ", r10, " R ", lsl #2\n\t"

NN_NAKED void nn_depthwise9_run_f32(const nn_depthwise_taps_f32 *run NN_ASM_ARG)
{
    /* sp: fpscr */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {s16-s31}\n\tmov r12, r0\n\t" NN_FPU_DEFAULT_NAN("r1", "r2")
            "push {r1}\n\tldr r9, [r12]\n\tldr r10, [r12, #8]\n\t"
            NN_DEPTHWISE9_POINTER("r0") NN_DEPTHWISE9_POINTER("r1") NN_DEPTHWISE9_POINTER("r2") NN_DEPTHWISE9_POINTER("r3")
            NN_DEPTHWISE9_POINTER("r4") NN_DEPTHWISE9_POINTER("r5") NN_DEPTHWISE9_POINTER("r6") NN_DEPTHWISE9_POINTER("r7")
            NN_DEPTHWISE9_POINTER("r8") "ldr r10, [r12, #16]\n\tldr lr, [r12, #24]\n"
            "1:\n\tldr r9, [r12, #12]\n\tldr r11, [r12, #20]\n"
            "2:\n\tvldmia r9!, {s0-s7}\n\t"
            NN_DEPTHWISE9_TWO("r0", "r1") NN_DEPTHWISE9_TWO("r2", "r3") NN_DEPTHWISE9_TWO("r4", "r5") NN_DEPTHWISE9_TWO("r6", "r7")
            "vldmia r9!, {s16-s23}\n\t" NN_DEPTHWISE9_FIRST("r8")
            "vstmia r10!, {s0-s7}\n\tsubs r11, r11, #8\n\tbne.w 2b\n\t"
            "ldr r9, [r12, #28]\n\tldr r11, [r12, #20]\n\tsubs r9, r9, r11, lsl #2\n\tbeq 3f\n\t"
            "add r0, r0, r9\n\tadd r1, r1, r9\n\tadd r2, r2, r9\n\tadd r3, r3, r9\n\tadd r4, r4, r9\n\tadd r5, r5, r9\n\t"
            "add r6, r6, r9\n\tadd r7, r7, r9\n\tadd r8, r8, r9\n"
            "3:\n\tsubs lr, lr, #1\n\tbne.w 1b\n\t"
            "pop {r1}\n\tvmsr fpscr, r1\n\tvpop {s16-s31}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_depthwise9_run_f32(const nn_depthwise_taps_f32 *run)
{
    nn_depthwise_run_f32(run);
}
#endif

#endif
