#ifndef NN_GEMM_4X4_F32_H
#define NN_GEMM_4X4_F32_H
#include "nn_fpu.h"
#include "nn_naked.h"
#include "nn_windows_f32.h"
#include "nn_windows_sums_f32.h"

/* Four windows times four outputs at a time: 108 instructions for 96 products (1.125 each), 25 more for each 16 results (51 where
 * something is added to them), 10 for each run. s0 to s15 are the sums, s16 to s27 three columns of four weights, s28 to s30 three numbers of one window after the other.
 * Products are rounded before they are added, as in C. The loop is entered in its middle where the threes are odd. */
#if NN_HAS_FPU
#define NN_GEMM_4X4_COLUMN(A, B, C, D, X, V, W, Y, Z) \
    "vmla.f32 " A ", " X ", " V "\n\tvmla.f32 " B ", " X ", " W "\n\tvmla.f32 " C ", " X ", " Y "\n\tvmla.f32 " D ", " X ", " Z "\n\t"
#define NN_GEMM_4X4_WINDOW(POINTER, A, B, C, D) \
    "vldmia " POINTER "!, {s28-s30}\n\t" NN_GEMM_4X4_COLUMN(A, B, C, D, "s28", "s16", "s17", "s18", "s19") \
    NN_GEMM_4X4_COLUMN(A, B, C, D, "s29", "s20", "s21", "s22", "s23") NN_GEMM_4X4_COLUMN(A, B, C, D, "s30", "s24", "s25", "s26", "s27")
#define NN_GEMM_4X4_THREE \
    "vldmia r5!, {s16-s27}\n\t" \
    NN_GEMM_4X4_WINDOW("r1", "s0", "s1", "s2", "s3") NN_GEMM_4X4_WINDOW("r2", "s4", "s5", "s6", "s7") \
    NN_GEMM_4X4_WINDOW("r3", "s8", "s9", "s10", "s11") NN_GEMM_4X4_WINDOW("r4", "s12", "s13", "s14", "s15")
#define NN_GEMM_4X4_ONE \
    "vldmia r5!, {s16-s19}\n\tvldmia r1!, {s20}\n\tvldmia r2!, {s21}\n\tvldmia r3!, {s22}\n\tvldmia r4!, {s23}\n\t" \
    NN_GEMM_4X4_COLUMN("s0", "s1", "s2", "s3", "s20", "s16", "s17", "s18", "s19") \
    NN_GEMM_4X4_COLUMN("s4", "s5", "s6", "s7", "s21", "s16", "s17", "s18", "s19") \
    NN_GEMM_4X4_COLUMN("s8", "s9", "s10", "s11", "s22", "s16", "s17", "s18", "s19") \
    NN_GEMM_4X4_COLUMN("s12", "s13", "s14", "s15", "s23", "s16", "s17", "s18", "s19")
#define NN_GEMM_4X4_ADD(A, B, C, D, V, W, Y, Z) \
    "vadd.f32 s" A ", s" A ", s" V "\n\tvadd.f32 s" B ", s" B ", s" W "\n\tvadd.f32 s" C ", s" C ", s" Y "\n\tvadd.f32 s" D ", s" D ", s" Z "\n\t"
/* One, two or three results of a window. */
#define NN_GEMM_4X4_REST(A, B, C) \
    "vstr " A ", [r9]\n\tit ge\n\tvstrge " B ", [r9, #4]\n\tit gt\n\tvstrgt " C ", [r9, #8]\n\tadd r9, r9, r10\n\t"

NN_NAKED void nn_gemm_4x4_f32(const nn_windows_f32 *windows NN_ASM_ARG)
{
    /* sp: fpscr, threes of a run, numbers that are left, addend */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {s16-s31}\n\t" NN_FPU_DEFAULT_NAN("r1", "r2")
            "ldr r6, [r0, #28]\n\tmovs r7, #3\n\tudiv r2, r6, r7\n\tmls r3, r2, r7, r6\n\tldr r4, [r0, #56]\n\tpush {r1, r2, r3, r4}\n\t"
            "ldr r8, [r0, #16]\n\tldrd r12, lr, [r0, #32]\n\tldrd r9, r10, [r0, #44]\n\tldr r11, [r0, #52]\n"
            "1:\n\tldm r0, {r1, r2, r3, r4}\n\tvldmia r8, {s0-s3}\n\tvldmia r8, {s4-s7}\n\tvldmia r8, {s8-s11}\n\tvldmia r8, {s12-s15}\n\t"
            "ldrd r5, r7, [r0, #20]\n\tadd r5, r5, r8\n"
            "2:\n\tldr r6, [sp, #4]\n\tlsrs r6, r6, #1\n\tbcs.w 4f\n\tsubs r6, r6, #1\n\tblt.w 5f\n"
            "3:\n\t" NN_GEMM_4X4_THREE
            "4:\n\t" NN_GEMM_4X4_THREE "subs r6, r6, #1\n\tbge.w 3b\n"
            "5:\n\tldr r6, [sp, #8]\n\tcbz r6, 7f\n"
            "6:\n\t" NN_GEMM_4X4_ONE "subs r6, r6, #1\n\tbne 6b\n"
            "7:\n\tsubs r7, r7, #1\n\tbeq 8f\n\tadd r1, r1, r12\n\tadd r2, r2, r12\n\tadd r3, r3, r12\n\tadd r4, r4, r12\n\tadd r5, r5, lr\n\t"
            "b.w 2b\n"
            "8:\n\tldr r6, [sp, #12]\n\tcbz r6, 9f\n\tadd r1, r6, r10\n\tadd r2, r1, r10\n\tadd r3, r2, r10\n\t"
            "vldmia r6!, {s16-s19}\n\tvldmia r1, {s20-s23}\n\tvldmia r2, {s24-s27}\n\tvldmia r3, {s28-s31}\n\tstr r6, [sp, #12]\n\t"
            NN_GEMM_4X4_ADD("0", "1", "2", "3", "16", "17", "18", "19") NN_GEMM_4X4_ADD("4", "5", "6", "7", "20", "21", "22", "23")
            NN_GEMM_4X4_ADD("8", "9", "10", "11", "24", "25", "26", "27")
            NN_GEMM_4X4_ADD("12", "13", "14", "15", "28", "29", "30", "31") "\n"
            "9:\n\tcmp r11, #4\n\tblt 10f\n\tadd r1, r9, r10\n\tadd r2, r1, r10\n\tadd r3, r2, r10\n\t"
            "vstmia r9!, {s0-s3}\n\tvstmia r1, {s4-s7}\n\tvstmia r2, {s8-s11}\n\tvstmia r3, {s12-s15}\n\t"
            "ldr r6, [r0, #40]\n\tadd r8, r8, r6\n\tsubs r11, r11, #4\n\tbne.w 1b\n\tb 11f\n"
            "10:\n\tcmp r11, #2\n\t" NN_GEMM_4X4_REST("s0", "s1", "s2") NN_GEMM_4X4_REST("s4", "s5", "s6")
            NN_GEMM_4X4_REST("s8", "s9", "s10") NN_GEMM_4X4_REST("s12", "s13", "s14")
            "11:\n\tpop {r1, r2, r3, r4}\n\tvmsr fpscr, r1\n\tvpop {s16-s31}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_gemm_4x4_f32(const nn_windows_f32 *windows)
{
    nn_windows_sums_f32(windows, 4);
}
#endif

#endif
