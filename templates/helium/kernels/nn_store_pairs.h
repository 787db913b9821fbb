#ifndef NN_STORE_PAIRS_H
#define NN_STORE_PAIRS_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"
#include "nn_put_s4.h"

static inline int32_t nn_between(int32_t code, int32_t min, int32_t max)
{
    return (code < min) ? min : (code > max) ? max : code;
}

/* Eight pairs by 7 instructions: the second code of a half comes above the four bits of its first one. */
#if NN_HAS_MVE
NN_NAKED void nn_store_pairs_s4(const int8_t *codes NN_ASM_ARG, int32_t pairs NN_ASM_ARG, int32_t min NN_ASM_ARG,
                                int32_t max NN_ASM_ARG, uint8_t *y NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\tldr r4, [sp, #8]\n\tvdup.8 q2, r2\n\tvdup.8 q3, r3\n\twlstp.16 lr, r1, 2f\n"
            "1:\n\tvldrb.8 q0, [r0], #16\n\tvmax.s8 q0, q0, q2\n\tvmin.s8 q0, q0, q3\n\tvshr.u16 q1, q0, #8\n\t"
            "vsli.8 q0, q1, #4\n\tvstrb.16 q0, [r4], #8\n\tletp lr, 1b\n"
            "2:\n\tpop {r4, pc}");
}
#else
static inline void nn_store_pairs_s4(const int8_t *codes, int32_t pairs, int32_t min, int32_t max, uint8_t *y)
{
    for (int32_t i = 0; i < pairs; i++) {
        const uint32_t low = (uint32_t)nn_between(codes[2 * i], min, max), high = (uint32_t)nn_between(codes[2 * i + 1], min, max);
        y[i] = (uint8_t)((low & 0x0Fu) | ((high & 0x0Fu) << 4));
    }
}
#endif

/* `count` codes, saturated to min .. max, two to a byte; the neighbour of a last one stays as it is. */
NN_ONCE void nn_store_pairs(const int8_t *codes, int32_t count, int32_t min, int32_t max, uint8_t *y)
{
    nn_store_pairs_s4(codes, count >> 1, min, max, y);
    if ((count & 1) != 0) {
        nn_put_s4(y, count - 1, nn_between(codes[count - 1], min, max));
    }
}

#endif
