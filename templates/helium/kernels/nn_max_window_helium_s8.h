#ifndef NN_MAX_WINDOW_HELIUM_S8_H
#define NN_MAX_WINDOW_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"
#include "nn_pool_window_helium.h"

/* One pixel: the largest code of all cells. 16 channels at a time: 5 instructions for 16 cells, 11 more for them, 5 for each row. */
#if NN_HAS_MVE
NN_NAKED void nn_max_window_helium_s8(const nn_pool_window_helium *window NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r8, lr}\n\tldm r0, {r0, r1, r2, r3, r4, r5, r6}\n"
            "1:\n\tvctp.8 r6\n\tmov r7, r0\n\tmov r12, r2\n\tvmov.i8 q0, #128\n"
            "2:\n\tmov r8, r7\n\tmov lr, r3\n"
            "3:\n\tvpst\n\tvldrbt.8 q1, [r8]\n\tvmax.s8 q0, q0, q1\n\tadd r8, r8, r4\n\tle lr, 3b\n\t"
            "add r7, r7, r5\n\tsubs r12, r12, #1\n\tbne 2b\n\t"
            "vpst\n\tvstrbt.8 q0, [r1], #16\n\tadd r0, r0, #16\n\tsubs r6, r6, #16\n\tbgt 1b\n\tpop {r4, r5, r6, r7, r8, pc}");
}
#else
static inline void nn_max_window_helium_s8(const nn_pool_window_helium *window)
{
    for (int32_t c = 0; c < window->channels; c++) {
        int8_t most = -128;
        for (int32_t i = 0; i < window->rows * window->columns; i++) {
            const int8_t code = window->x[i / window->columns * window->pitch + i % window->columns * window->next + c];
            most = (code > most) ? code : most;
        }
        window->y[c] = most;
    }
}
#endif

#endif
