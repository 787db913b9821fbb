#ifndef NN_DEPTHWISE3X3_RUN_HELIUM_S8_H
#define NN_DEPTHWISE3X3_RUN_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"
#include "nn_scale16_helium.h"

/* A run of pixels side by side. rows: of their windows, where column 0 of the image would lie; pitch: from a column to the next;
 * steps: from the end of what a pixel reads in a row to the next pixel, and y_step the same of y, all zero where `stepping` is.
 * Rows that lie outside of the image point at zeros and have a pitch of 0; columns outside are bits of `outside`. left: the column
 * at which the first window begins. y_end: behind the last code that is written. */
typedef struct {
    const int8_t *rows[3];
    int32_t pitch[3], steps[3], left, outside;
    const int8_t *zeros;
    const uint32_t *stream;
    int32_t groups, stepping;
    const int8_t *y_end;
    int8_t *y;
    int32_t zero_point, y_step;
} nn_depthwise3x3_run;

/* 16 channels at a time, `groups` times for each pixel: 106 instructions for 144 products (0.74 each), 6 more for each pixel, 20
 * with steps, 30 for the run. Products of two taps share 16-bit lanes, then become four vectors of sums; lane i of vector k is channel 4 i + k.
 * stream, for each 16 channels: weights [3][3][16], where of taps 0 and 1, 2 and 3, 4 and 5, 6 and 7 not both are -128; bias and
 * multipliers, both [4][4] as the lanes lie. */
#if NN_HAS_MVE
#define NN_DEPTHWISE_PAIR(A, B, X, W, E, Z, V) \
    "vldrb.8 " X ", [" A "], #16\n\tvldrb.8 " W ", [r9], #16\n\tvmullb.s8 " E ", " X ", " W "\n\tvmullt.s8 " X ", " X ", " W "\n\t" \
    "vldrb.8 " Z ", [" B "], #16\n\tvldrb.8 " W ", [r9], #16\n\tvmullb.s8 " V ", " Z ", " W "\n\tvmullt.s8 " Z ", " Z ", " W "\n\t" \
    "vadd.i16 " E ", " E ", " V "\n\tvadd.i16 " X ", " X ", " Z "\n\t"
#define NN_DEPTHWISE_ADD(E, X, T) \
    "vmovlb.s16 " T ", " E "\n\tvmovlt.s16 " E ", " E "\n\tvadd.i32 q3, q3, " T "\n\tvadd.i32 q2, q2, " E "\n\t" \
    "vmovlb.s16 " T ", " X "\n\tvmovlt.s16 " X ", " X "\n\tvadd.i32 q5, q5, " T "\n\tvadd.i32 q0, q0, " X "\n\t"
#define NN_DEPTHWISE_TAP(A) \
    "vldrb.8 q1, [" A "], #16\n\tvldrb.8 q4, [r9], #16\n\tvmullb.s8 q6, q1, q4\n\tvmullt.s8 q1, q1, q4\n\t"
#define NN_DEPTHWISE_TAPS(A, B) \
    NN_DEPTHWISE_TAP(A) \
    "vldrb.8 q4, [" B "]\n\tvldrb.8 q7, [r9], #16\n\tvmullb.s8 q4, q4, q7\n\tvadd.i16 q6, q6, q4\n\t" \
    "vldrb.8 q4, [" B "], #16\n\tvmullt.s8 q4, q4, q7\n\tvadd.i16 q1, q1, q4\n\t" NN_DEPTHWISE_ADD("q6", "q1", "q4")

NN_NAKED void nn_depthwise3x3_run_helium_s8(const nn_depthwise3x3_run *run NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {d8, d9, d10, d11, d12, d13, d14, d15}\n\t"
            "mov r12, r0\n\tldm r12, {r0, r3, r6, r9, r10, r11}\n\tldr lr, [r12, #36]\n\t"
            "mla r0, lr, r9, r0\n\tadd r1, r0, r9\n\tadd r2, r1, r9\n\tmla r3, lr, r10, r3\n\tadd r4, r3, r10\n\tadd r5, r4, r10\n\t"
            "mla r6, lr, r11, r6\n\tadd r7, r6, r11\n\tadd r8, r7, r11\n\tldrd r9, r10, [r12, #40]\n\tcmp r9, #0\n\tbeq 1f\n\t"
            "lsrs r9, r9, #1\n\tittt cs\n\tmovcs r0, r10\n\tmovcs r3, r10\n\tmovcs r6, r10\n\t"
            "lsrs r9, r9, #1\n\tittt cs\n\tmovcs r1, r10\n\tmovcs r4, r10\n\tmovcs r7, r10\n\t"
            "lsrs r9, r9, #1\n\tittt cs\n\tmovcs r2, r10\n\tmovcs r5, r10\n\tmovcs r8, r10\n"
            "1:\n\tldrd r10, r11, [r12, #64]\n"
            "2:\n\tldrd r9, lr, [r12, #48]\n"
            "3:\n\t" NN_DEPTHWISE_PAIR("r0", "r1", "q0", "q1", "q2", "q3", "q4") NN_DEPTHWISE_PAIR("r2", "r3", "q1", "q3", "q4", "q5", "q6")
            "vmovlb.s16 q3, q2\n\tvmovlt.s16 q2, q2\n\tvmovlb.s16 q5, q0\n\tvmovlt.s16 q0, q0\n\t" NN_DEPTHWISE_ADD("q4", "q1", "q6")
            NN_DEPTHWISE_TAPS("r4", "r5") NN_DEPTHWISE_TAPS("r6", "r7") NN_DEPTHWISE_TAP("r8") NN_DEPTHWISE_ADD("q6", "q1", "q4")
            "vldrw.32 q1, [r9], #16\n\tvldrw.32 q4, [r9], #16\n\tvldrw.32 q6, [r9], #16\n\tvldrw.32 q7, [r9], #16\n\t"
            "vadd.i32 q3, q3, q1\n\tvadd.i32 q5, q5, q4\n\tvadd.i32 q2, q2, q6\n\tvadd.i32 q0, q0, q7\n\t" nn_scale16_helium()
            "vstrb.8 q3, [r10], #16\n\tle lr, 3b\n\tldrd r9, lr, [r12, #56]\n\tcmp r10, lr\n\tbeq 4f\n\tcmp r9, #0\n\tbeq 2b\n\t"
            "ldrd r9, lr, [r12, #24]\n\tadd r0, r0, r9\n\tadd r1, r1, r9\n\tadd r2, r2, r9\n\tadd r3, r3, lr\n\tadd r4, r4, lr\n\t"
            "add r5, r5, lr\n\tldr r9, [r12, #32]\n\tldr lr, [r12, #72]\n\tadd r6, r6, r9\n\tadd r7, r7, r9\n\tadd r8, r8, r9\n\t"
            "add r10, r10, lr\n\tb 2b\n"
            "4:\n\tvpop {d8, d9, d10, d11, d12, d13, d14, d15}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_depthwise3x3_run_helium_s8(const nn_depthwise3x3_run *run)
{
    int8_t *y = run->y;

    for (int32_t pixel = 0; y < run->y_end; pixel++) {
        const uint32_t *stream = run->stream;
        for (int32_t c = 0; c < 16 * run->groups; c++) {
            const int32_t i = c % 16, lane = i % 4 * 4 + i / 4;
            int32_t acc = (int32_t)stream[36 + lane];
            for (int32_t t = 0; t < 9; t++) {
                const int32_t row = t / 3, column = run->left + t % 3;
                const int32_t next = (run->stepping != 0) ? 16 * run->groups + run->steps[row] : 16 * run->groups;
                const int8_t *tap = (((run->outside >> (t % 3)) & 1) != 0) ? run->zeros : run->rows[row] + column * run->pitch[row];
                acc += tap[pixel * next + c] * ((const int8_t *)stream)[16 * t + i];
            }
            *y++ = nn_scale16_helium(acc, stream[52 + lane], run->zero_point);
            stream += (i == 15) ? 68 : 0;
        }
        y += (run->stepping != 0) ? run->y_step : 0;
    }
}
#endif

#endif
