#ifndef NN_SLICE16_S4_H
#define NN_SLICE16_S4_H
#include <stdint.h>
#include "nn_get_s4.h"
#include "nn_helium.h"
#include "nn_naked.h"
#include "nn_put_s4.h"

/* 16 codes of each of some pixels, 8 bytes of packed ones every `step` bytes, by 8 instructions. To load, a byte becomes a half, of
 * whose bytes each is shifted to the left and back; to store, the second code of a half comes above the four bits of its first one. */
#if NN_HAS_MVE
NN_NAKED void nn_load_slice16_s4(const uint8_t *x NN_ASM_ARG, int32_t step NN_ASM_ARG, int32_t pixels NN_ASM_ARG,
                                 int8_t *codes NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\tdls lr, r2\n"
            "1:\n\tvldrb.u16 q0, [r0]\n\tadd r0, r0, r1\n\tvshl.i16 q1, q0, #4\n\tvorr q0, q0, q1\n\tvshl.i8 q0, q0, #4\n\tvshr.s8 q0, q0, #4\n\t"
            "vstrb.8 q0, [r3], #16\n\tle lr, 1b\n\tpop {r4, pc}");
}

NN_NAKED void nn_store_slice16_s4(const int8_t *codes NN_ASM_ARG, int32_t pixels NN_ASM_ARG, int32_t min NN_ASM_ARG,
                                  int32_t max NN_ASM_ARG, uint8_t *y NN_ASM_ARG, int32_t step NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\tvdup.8 q2, r2\n\tvdup.8 q3, r3\n\tldrd r3, r4, [sp, #8]\n\tdls lr, r1\n"
            "1:\n\tvldrb.8 q0, [r0], #16\n\tvmax.s8 q0, q0, q2\n\tvmin.s8 q0, q0, q3\n\tvshr.u16 q1, q0, #8\n\t"
            "vsli.8 q0, q1, #4\n\tvstrb.16 q0, [r3]\n\tadd r3, r3, r4\n\tle lr, 1b\n\tpop {r4, pc}");
}
#else
static inline void nn_load_slice16_s4(const uint8_t *x, int32_t step, int32_t pixels, int8_t *codes)
{
    for (int32_t i = 0; i < 16 * pixels; i++) {
        codes[i] = nn_get_s4(x + i / 16 * step, i % 16);
    }
}

static inline void nn_store_slice16_s4(const int8_t *codes, int32_t pixels, int32_t min, int32_t max, uint8_t *y, int32_t step)
{
    for (int32_t i = 0; i < 16 * pixels; i++) {
        const int32_t code = (codes[i] < min) ? min : (codes[i] > max) ? max : codes[i];
        nn_put_s4(y + i / 16 * step, i % 16, code);
    }
}
#endif

#endif
