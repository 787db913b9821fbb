#ifndef NN_TABLE_HELIUM_S8_H
#define NN_TABLE_HELIUM_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_naked.h"

/* y[i] = table[x[i] + 128], 5 instructions for 16 elements. */
#if NN_HAS_MVE
NN_NAKED void nn_table_helium_s8(int32_t count NN_ASM_ARG, const int8_t *x NN_ASM_ARG, const int8_t *table NN_ASM_ARG,
                                 int8_t *y NN_ASM_ARG)
{
    __asm__("push {r4, lr}\n\tvmov.i8 q1, #128\n\twlstp.8 lr, r0, 2f\n"
            "1:\n\tvldrb.8 q0, [r1], #16\n\tveor q0, q0, q1\n\tvldrb.u8 q2, [r2, q0]\n\tvstrb.8 q2, [r3], #16\n\tletp lr, 1b\n"
            "2:\n\tpop {r4, pc}");
}
#else
static inline void nn_table_helium_s8(int32_t count, const int8_t *x, const int8_t *table, int8_t *y)
{
    for (int32_t i = 0; i < count; i++) {
        y[i] = table[x[i] + 128];
    }
}
#endif

#endif
