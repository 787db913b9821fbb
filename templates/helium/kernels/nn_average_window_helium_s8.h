#ifndef NN_AVERAGE_WINDOW_HELIUM_S8_H
#define NN_AVERAGE_WINDOW_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"
#include "nn_pool_window_helium.h"

/* One pixel: the sum over at most 255 cells and `offset`, requantized. 16 channels at a time: 8 instructions for 16 cells, 45 more for
 * them, 5 for each row. Even and odd channels are summed by themselves. */
#if NN_HAS_MVE
NN_NAKED void nn_average_window_helium_s8(const nn_pool_window_helium *window NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tvpush {d8, d9}\n\t"
            "mov r12, r0\n\tldm r12!, {r0, r1, r2, r3, r4, r5, r6}\n\tldm r12, {r8, r9, r10, r11}\n\tvdup.32 q4, r9\n"
            "1:\n\tvctp.8 r6\n\tmov r7, r0\n\tmov r12, r2\n\tvmov.i32 q0, #0\n\tvmov.i32 q1, #0\n"
            "2:\n\tmov r9, r7\n\tmov lr, r3\n"
            "3:\n\tvpst\n\tvldrbt.8 q2, [r9]\n\tvmovlb.s8 q3, q2\n\tvmovlt.s8 q2, q2\n\tvadd.i16 q0, q0, q3\n\tvadd.i16 q1, q1, q2\n\t"
            "add r9, r9, r4\n\tle lr, 3b\n\tadd r7, r7, r5\n\tsubs r12, r12, #1\n\tbne 2b\n\t"
            "vmovlb.s16 q2, q0\n\tvmovlt.s16 q0, q0\n\tvmovlb.s16 q3, q1\n\tvmovlt.s16 q1, q1\n\t"
            "vadd.i32 q2, q2, r8\n\tvadd.i32 q0, q0, r8\n\tvadd.i32 q3, q3, r8\n\tvadd.i32 q1, q1, r8\n\t"
            "vshl.s32 q2, r10\n\tvshl.s32 q0, r10\n\tvshl.s32 q3, r10\n\tvshl.s32 q1, r10\n\t"
            "vrmulh.s32 q2, q2, q4\n\tvrmulh.s32 q0, q0, q4\n\tvrmulh.s32 q3, q3, q4\n\tvrmulh.s32 q1, q1, q4\n\t"
            "vqmovnb.s32 q2, q2\n\tvqmovnt.s32 q2, q0\n\tvqmovnb.s32 q3, q3\n\tvqmovnt.s32 q3, q1\n\t"
            "vqadd.s16 q2, q2, r11\n\tvqadd.s16 q3, q3, r11\n\tvqmovnb.s16 q2, q2\n\tvqmovnt.s16 q2, q3\n\t"
            "vpst\n\tvstrbt.8 q2, [r1], #16\n\tadd r0, r0, #16\n\tsubs r6, r6, #16\n\tbgt 1b\n\t"
            "vpop {d8, d9}\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_average_window_helium_s8(const nn_pool_window_helium *window)
{
    for (int32_t c = 0; c < window->channels; c++) {
        int32_t sum = window->offset;
        for (int32_t i = 0; i < window->rows * window->columns; i++) {
            sum += window->x[i / window->columns * window->pitch + i % window->columns * window->next + c];
        }
        const int64_t product = (int64_t)(int32_t)((uint32_t)sum << window->left_shift) * window->multiplier;
        const int32_t code = (int32_t)((product + INT64_C(0x80000000)) >> 32) + window->zero_point;
        window->y[c] = (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
    }
}
#endif

#endif
