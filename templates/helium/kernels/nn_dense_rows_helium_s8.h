#ifndef NN_DENSE_ROWS_HELIUM_S8_H
#define NN_DENSE_ROWS_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"
#include "nn_scale_helium.h"

/* Eight rows of weights times one vector of codes, 16 columns a step: 17 instructions for 128 products (0.13 each), 28 more for
 * each eight rows and two for two steps. Sums stand in the even registers, everything else in the odd ones.
 * stream, for each eight rows: their bias, weights [steps][8][16], the multipliers of rows 0 2 4 6, 1 3 5 7. x: 16 * steps codes. */
#if NN_HAS_MVE
#define NN_DENSE_ROW(Q, ROW) "vldrb.8 " Q ", [r3], #16\n\tvmladava.s8 " ROW ", q0, " Q "\n\t"
#define NN_DENSE_ROWS \
    "vldrb.8 q0, [r1], #16\n\t" NN_DENSE_ROW("q1", "r0") NN_DENSE_ROW("q2", "r2") NN_DENSE_ROW("q3", "r4") NN_DENSE_ROW("q1", "r6") \
    NN_DENSE_ROW("q2", "r8") NN_DENSE_ROW("q3", "r10") NN_DENSE_ROW("q1", "r12") NN_DENSE_ROW("q2", "lr")

NN_NAKED void nn_dense_rows_helium_s8(const int8_t *x NN_ASM_ARG, const uint32_t *stream NN_ASM_ARG, int32_t steps NN_ASM_ARG,
                                      int8_t *y NN_ASM_ARG, int32_t zero_point NN_ASM_ARG, int32_t rows NN_ASM_ARG)
{
    /* sp: x, steps, 9 saved registers, zero_point (44), rows (48). An odd number of steps enters the loop at its second one. */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tldrd r9, r11, [sp, #36]\n\t"
            "mov r7, r3\n\tmov r3, r1\n\tadd r1, r2, #1\n\tpush {r0, r1}\n"
            "1:\n\tldrd r1, r5, [sp]\n\tldrd r0, r2, [r3], #8\n\tldrd r4, r6, [r3], #8\n\tldrd r8, r10, [r3], #8\n\t"
            "ldrd r12, lr, [r3], #8\n\tlsrs r5, r5, #1\n\tbcc 3f\n"
            "2:\n\t" NN_DENSE_ROWS
            "3:\n\t" NN_DENSE_ROWS "subs r5, r5, #1\n\tbne 2b\n\t"
            "vmov q0[2], q0[0], r0, r8\n\tvmov q0[3], q0[1], r4, r12\n\tvmov q1[2], q1[0], r2, r10\n\tvmov q1[3], q1[1], r6, lr\n\t"
            nn_scale_helium()
            "vctp.16 r11\n\tvpst\n\tvstrbt.16 q0, [r7], #8\n\tsubs r11, r11, #8\n\tbgt 1b\n\t"
            "add sp, sp, #8\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_dense_rows_helium_s8(const int8_t *x, const uint32_t *stream, int32_t steps, int8_t *y, int32_t zero_point,
                                           int32_t rows)
{
    for (; rows > 0; rows -= 8) {
        const int8_t *w = (const int8_t *)(stream + 8);
        const uint32_t *multiplier = stream + 8 + 32 * steps;
        for (int32_t r = 0; r < 8 && r < rows; r++) {
            int32_t acc = (int32_t)stream[r];
            for (int32_t k = 0; k < 16 * steps; k++) {
                acc += x[k] * w[k / 16 * 128 + 16 * r + k % 16];
            }
            *y++ = nn_scale_helium(acc, multiplier[r % 2 * 4 + r / 2], zero_point);
        }
        stream = multiplier + 8;
    }
}
#endif

#endif
