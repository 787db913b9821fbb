#ifndef NN_WINOGRAD_PRODUCTS_S8_H
#define NN_WINOGRAD_PRODUCTS_S8_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_naked.h"
#include "nn_smlad.h"

/* sums[16][8]: for each of the 16 positions of a tile, two tiles times four outputs, modulo 2^32: 11 instructions for 16 products
 * (0.69 each), 12 more for each position.
 *
 *              tile 0   tile 1     one step: a pair of channels of both tiles, as int16
 *   output 0     r0       r4
 *   output 1     r1       r5
 *   output 2     r2       r6
 *   output 3     r3       r7
 *
 * v[16][pairs][tile], u[16][pairs][output]; bytes: 8 for each pair of channels, of which there are at least two. After the first
 * step, the loop has 16 written out and is entered where whole rounds are left. */
#if NN_HAS_DSP
#define NN_WINOGRAD_FIRST(D, W, X) "smuad " D ", " W ", " X "\n\t"
#define NN_WINOGRAD_NEXT(D, W, X) "smlad " D ", " W ", " X ", " D "\n\t"
#define NN_WINOGRAD_STEP(OP) \
    "ldrd r8, r9, [r12], #8\n\tldrd r10, r11, [lr], #8\n\t" \
    OP("r0", "r10", "r8") OP("r4", "r10", "r9") OP("r1", "r11", "r8") OP("r5", "r11", "r9") "ldrd r10, r11, [lr], #8\n\t" \
    OP("r2", "r10", "r8") OP("r6", "r10", "r9") OP("r3", "r11", "r8") OP("r7", "r11", "r9")

NN_NAKED void nn_winograd_products_s8(const uint32_t *v NN_ASM_ARG, const uint32_t *u NN_ASM_ARG, int32_t *sums NN_ASM_ARG,
                                      int32_t *sums_end NN_ASM_ARG, int32_t bytes NN_ASM_ARG)
{
    /* sp: sums, sums_end, end of the position in v, bytes, entry (16), 9 saved registers */
    __asm__("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\tldr r5, [sp, #36]\n\tadd r4, r0, r5\n\t"
            "lsr r6, r5, #3\n\trsb r6, r6, #1\n\tand r6, r6, #15\n\tmov r7, #44\n\tadr.w r8, 2f\n\tmla r6, r6, r7, r8\n\torr r6, r6, #1\n\t"
            "push {r2, r3, r4, r5, r6}\n\tmov r12, r0\n\tmov lr, r1\n"
            "1:\n\t" NN_WINOGRAD_STEP(NN_WINOGRAD_FIRST) "ldr pc, [sp, #16]\n"
            "2:\n\t.rept 16\n\t" NN_WINOGRAD_STEP(NN_WINOGRAD_NEXT) ".endr\n\t"
            "ldrd r8, r9, [sp, #8]\n\tcmp r12, r8\n\tbne.w 2b\n\tadd r8, r8, r9\n\tstr r8, [sp, #8]\n\t"
            "ldrd r8, r9, [sp]\n\tstm r8!, {r0, r1, r2, r3, r4, r5, r6, r7}\n\tstr r8, [sp]\n\tcmp r8, r9\n\tbne.w 1b\n\t"
            "add sp, sp, #20\n\tpop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
}
#else
static inline void nn_winograd_products_s8(const uint32_t *v, const uint32_t *u, int32_t *sums, int32_t *sums_end,
                                           int32_t bytes)
{
    for (; sums != sums_end; sums += 8) {
        for (int32_t i = 0; i < 8; i++) {
            sums[i] = 0;
        }
        for (int32_t pair = 0; pair < bytes / 8; pair++) {
            for (int32_t i = 0; i < 8; i++) {
                sums[i] = nn_smlad(u[i % 4], v[i / 4], sums[i]);
            }
            v += 2;
            u += 4;
        }
    }
}
#endif

#endif
