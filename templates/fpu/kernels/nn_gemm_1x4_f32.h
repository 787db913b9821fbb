#ifndef NN_GEMM_1X4_F32_H
#define NN_GEMM_1X4_F32_H
#include "nn_fpu.h"
#include "nn_naked.h"
#include "nn_windows_f32.h"
#include "nn_windows_sums_f32.h"

/* The first window times four outputs at a time: 38 instructions for 32 products (1.19 each), 19 more for each four results, 10 for
 * each run. s0 to s3 are the sums, s4 to s7 numbers, s8 to s23 four columns of four weights. Products are rounded before they
 * are added, as in C. The loop is entered in its middle where the fours are odd. */
#if NN_HAS_FPU
#define NN_GEMM_1X4_COLUMN(X, A, B, C, D) \
    "vmla.f32 s0, " X ", " A "\n\tvmla.f32 s1, " X ", " B "\n\tvmla.f32 s2, " X ", " C "\n\tvmla.f32 s3, " X ", " D "\n\t"
#define NN_GEMM_1X4_FOUR \
    "vldmia r1!, {s4-s7}\n\tvldmia r5!, {s8-s23}\n\t" \
    NN_GEMM_1X4_COLUMN("s4", "s8", "s9", "s10", "s11") NN_GEMM_1X4_COLUMN("s5", "s12", "s13", "s14", "s15") \
    NN_GEMM_1X4_COLUMN("s6", "s16", "s17", "s18", "s19") NN_GEMM_1X4_COLUMN("s7", "s20", "s21", "s22", "s23")

NN_NAKED void nn_gemm_1x4_f32(const nn_windows_f32 *windows NN_ASM_ARG)
{
    /* r2, r3: fours of a run, numbers that are left; r4: fpscr; sp: addend */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {s16-s23}\n\t" NN_FPU_DEFAULT_NAN("r4", "r2")
            "ldr r6, [r0, #56]\n\tpush {r6}\n\tldr r6, [r0, #28]\n\tlsrs r2, r6, #2\n\tand r3, r6, #3\n\t"
            "ldr r8, [r0, #16]\n\tldrd r12, lr, [r0, #32]\n\tldrd r10, r9, [r0, #40]\n\tldr r11, [r0, #52]\n"
            "1:\n\tldr r1, [r0]\n\tvldmia r8, {s0-s3}\n\tldrd r5, r7, [r0, #20]\n\tadd r5, r5, r8\n"
            "2:\n\tlsrs r6, r2, #1\n\tbcs 4f\n\tsubs r6, r6, #1\n\tblt 5f\n"
            "3:\n\t" NN_GEMM_1X4_FOUR
            "4:\n\t" NN_GEMM_1X4_FOUR "subs r6, r6, #1\n\tbge 3b\n"
            "5:\n\tmovs r6, r3\n\tbeq 7f\n"
            "6:\n\tvldmia r1!, {s4}\n\tvldmia r5!, {s8-s11}\n\t" NN_GEMM_1X4_COLUMN("s4", "s8", "s9", "s10", "s11")
            "subs r6, r6, #1\n\tbne 6b\n"
            "7:\n\tsubs r7, r7, #1\n\tbeq 8f\n\tadd r1, r1, r12\n\tadd r5, r5, lr\n\tb 2b\n"
            "8:\n\tldr r6, [sp]\n\tcbz r6, 9f\n\tvldmia r6!, {s4-s7}\n\tstr r6, [sp]\n\t"
            "vadd.f32 s0, s0, s4\n\tvadd.f32 s1, s1, s5\n\tvadd.f32 s2, s2, s6\n\tvadd.f32 s3, s3, s7\n"
            "9:\n\tadd r8, r8, r10\n\tcmp r11, #4\n\tblt 10f\n\tvstmia r9!, {s0-s3}\n\tsubs r11, r11, #4\n\tbne 1b\n\tb 11f\n"
            "10:\n\tcmp r11, #2\n\tvstr s0, [r9]\n\tit ge\n\tvstrge s1, [r9, #4]\n\tit gt\n\tvstrgt s2, [r9, #8]\n"
            "11:\n\tpop {r6}\n\tvmsr fpscr, r4\n\tvpop {s16-s23}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_gemm_1x4_f32(const nn_windows_f32 *windows)
{
    nn_windows_sums_f32(windows, 1);
}
#endif

#endif
