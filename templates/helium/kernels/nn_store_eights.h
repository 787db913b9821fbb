#ifndef NN_STORE_EIGHTS_H
#define NN_STORE_EIGHTS_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_pack8_s4.h"

/* `count` codes, a multiple of eight, of each eight 0 2 4 6 before 1 3 5 7, saturated to min .. max: two to a byte, 32 of them by 9 instructions.
 * codes: where a word may lie. */
#if NN_HAS_MVE
NN_NAKED void nn_store_32s(const int8_t *codes NN_ASM_ARG, int32_t blocks NN_ASM_ARG, int32_t min NN_ASM_ARG,
                           int32_t max NN_ASM_ARG, uint8_t *y NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\tldr r4, [sp, #8]\n\tvdup.8 q2, r2\n\tvdup.8 q3, r3\n\twls lr, r1, 2f\n"
            "1:\n\tvld20.32 {q0, q1}, [r0]\n\tvld21.32 {q0, q1}, [r0]!\n\tvmax.s8 q0, q0, q2\n\tvmax.s8 q1, q1, q2\n\t"
            "vmin.s8 q0, q0, q3\n\tvmin.s8 q1, q1, q3\n\tvsli.8 q0, q1, #4\n\tvstrb.8 q0, [r4], #16\n\tle lr, 1b\n"
            "2:\n\tpop {r4, pc}");
}
#else
static inline void nn_store_32s(const int8_t *codes, int32_t blocks, int32_t min, int32_t max, uint8_t *y)
{
    for (int32_t i = 0; i < 16 * blocks; i++) {
        const int32_t first = codes[i / 4 * 8 + i % 4], second = codes[i / 4 * 8 + i % 4 + 4];
        const int32_t low = (first < min) ? min : (first > max) ? max : first;
        const int32_t high = (second < min) ? min : (second > max) ? max : second;
        y[i] = (uint8_t)(((uint32_t)low & 0x0Fu) | (((uint32_t)high & 0x0Fu) << 4));
    }
}
#endif

NN_ONCE void nn_store_eights(const int8_t *codes, int32_t count, int32_t min, int32_t max, uint8_t *y)
{
    const uint32_t above = (uint32_t)(127 - max) * 0x01010101u, below = (uint32_t)(255 - max + min) * 0x01010101u;
    const int8_t *end = codes + count;

    nn_store_32s(codes, count >> 5, min, max, y);
    y += (count >> 5) * 16;
    for (codes += count & ~31; codes != end; codes += 8) {
        nn_pack8_s4(y, nn_load4(codes), nn_load4(codes + 4), above, below, min);
        y += 4;
    }
}

#endif
