#ifndef NN_LOAD_S4_H
#define NN_LOAD_S4_H
#include <stdint.h>
#include "nn_get_s4.h"
#include "nn_helium.h"
#include "nn_naked.h"

/* Pairs of codes that lie in a byte, one to a byte, eight pairs by 7 instructions: a byte becomes a half, of whose bytes each is
 * shifted to the left and back. */
#if NN_HAS_MVE
NN_NAKED void nn_load_pairs_s4(const uint8_t *x NN_ASM_ARG, int32_t pairs NN_ASM_ARG, int8_t *codes NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\twlstp.16 lr, r1, 2f\n"
            "1:\n\tvldrb.u16 q0, [r0], #8\n\tvshl.i16 q1, q0, #4\n\tvorr q0, q0, q1\n\tvshl.i8 q0, q0, #4\n\tvshr.s8 q0, q0, #4\n\t"
            "vstrb.8 q0, [r2], #16\n\tletp lr, 1b\n"
            "2:\n\tpop {r4, pc}");
}
#else
static inline void nn_load_pairs_s4(const uint8_t *x, int32_t pairs, int8_t *codes)
{
    for (int32_t i = 0; i < 2 * pairs; i++) {
        codes[i] = nn_get_s4(x, i);
    }
}
#endif

/* Unpacks codes first .. first + count - 1 of x (see nn_get_s4), one to a byte. */
NN_ONCE void nn_load_s4(const uint8_t *x, int32_t first, int32_t count, int8_t *codes)
{
    if (count > 0 && (first & 1) != 0) {
        *codes++ = nn_get_s4(x, first++);
        count--;
    }
    x += first >> 1;
    nn_load_pairs_s4(x, count >> 1, codes);
    if ((count & 1) != 0) {
        codes[count - 1] = nn_get_s4(x, count - 1);
    }
}

#endif
