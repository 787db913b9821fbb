#ifndef NN_SCALE16_HELIUM_WIDE_H
#define NN_SCALE16_HELIUM_WIDE_H
#include "nn_scale_helium_wide.h"

/* Codes of 16 sums, lane i of q3, q5, q2, q0 being channels 4 i, 4 i + 1, 4 i + 2, 4 i + 3, with multipliers of 31 bits, in q3. r9:
 * where the multipliers lie in this order; r11, also at ZERO_POINT: zero point and half a step, times 2^shift, an odd number times
 * 2^(shift - 1). */
#if NN_HAS_MVE
#define nn_scale16_helium_wide(ZERO_POINT) \
    "vldrw.32 q1, [r9], #16\n\tvldrw.32 q4, [r9], #16\n\tvldrw.32 q6, [r9], #16\n\tvldrw.32 q7, [r9], #16\n\t" \
    "vmulh.s32 q3, q3, q1\n\tvmulh.s32 q5, q5, q4\n\tvmulh.s32 q2, q2, q6\n\tvmulh.s32 q0, q0, q7\n\t" \
    "vadd.i32 q3, q3, r11\n\tvadd.i32 q5, q5, r11\n\tvadd.i32 q2, q2, r11\n\tvadd.i32 q0, q0, r11\n\t" \
    "rbit r11, r11\n\tclz r11, r11\n\tmvn r11, r11\n\t" \
    "vshl.s32 q3, r11\n\tvshl.s32 q5, r11\n\tvshl.s32 q2, r11\n\tvshl.s32 q0, r11\n\tldr r11, " ZERO_POINT "\n\t" \
    "vmovnt.i32 q3, q2\n\tvmovnt.i32 q5, q0\n\tvqmovnb.s16 q3, q3\n\tvqmovnt.s16 q3, q5\n\t"
#else
#define nn_scale16_helium_wide nn_scale_helium_wide
#endif

#endif
