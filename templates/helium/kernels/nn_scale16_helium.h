#ifndef NN_SCALE16_HELIUM_H
#define NN_SCALE16_HELIUM_H
#include "nn_scale_helium.h"

/* Codes of 16 sums, lane i of q3, q5, q2, q0 being channels 4 i, 4 i + 1, 4 i + 2, 4 i + 3, half up, in q3. r9: where the
 * multipliers lie in this order; r11: the zero point, also at ZERO_POINT. Results fit 16 bits before the clamp. */
#if NN_HAS_MVE
#define nn_scale16_helium(ZERO_POINT) \
    "vldrw.32 q1, [r9], #16\n\tvldrw.32 q4, [r9], #16\n\tvldrw.32 q6, [r9], #16\n\tvldrw.32 q7, [r9], #16\n\t" \
    "vrmulh.s32 q3, q3, q1\n\tvrmulh.s32 q5, q5, q4\n\tvrmulh.s32 q2, q2, q6\n\tvrmulh.s32 q0, q0, q7\n\t" \
    "vmovnt.i32 q3, q2\n\tvmovnt.i32 q5, q0\n\tvqadd.s16 q3, q3, r11\n\tvqadd.s16 q5, q5, r11\n\t" \
    "vqmovnb.s16 q3, q3\n\tvqmovnt.s16 q3, q5\n\t"
#else
#define nn_scale16_helium nn_scale_helium
#endif

#endif
