#ifndef NN_LOAD_EIGHTS_H
#define NN_LOAD_EIGHTS_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_load8_s4.h"
#include "nn_naked.h"

/* nn_load8_s4 of `count` codes, a multiple of eight: 32 of them by 7 instructions. codes: where a word may lie. */
#if NN_HAS_MVE
NN_NAKED void nn_load_32s(const uint8_t *x NN_ASM_ARG, int32_t blocks NN_ASM_ARG, int8_t *codes NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\twls lr, r1, 2f\n"
            "1:\n\tvldrb.8 q0, [r0], #16\n\tvshr.s8 q1, q0, #4\n\tvshl.i8 q0, q0, #4\n\tvshr.s8 q0, q0, #4\n\t"
            "vst20.32 {q0, q1}, [r2]\n\tvst21.32 {q0, q1}, [r2]!\n\tle lr, 1b\n"
            "2:\n\tpop {r4, pc}");
}
#else
static inline void nn_load_32s(const uint8_t *x, int32_t blocks, int8_t *codes)
{
    for (int32_t i = 0; i < 4 * blocks; i++) {
        (void)nn_load8_s4(x + 4 * i, codes + 8 * i);
    }
}
#endif

NN_ONCE void nn_load_eights(const uint8_t *x, int32_t count, int8_t *codes)
{
    const int8_t *end = codes + count;

    nn_load_32s(x, count >> 5, codes);
    x += (count >> 5) * 16;
    for (codes += count & ~31; codes != end;) {
        codes = nn_load8_s4(x, codes);
        x += 4;
    }
}

#endif
