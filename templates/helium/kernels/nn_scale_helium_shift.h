#ifndef NN_SCALE_HELIUM_SHIFT_H
#define NN_SCALE_HELIUM_SHIFT_H
#include <stdint.h>
#include "nn_helium.h"

/* Codes of eight sums in q0 and q1 for scales of 2^-shift, in every other byte of q0, half to even before the zero point is added:
 * multipliers are -shift. One less than a sum is rounded half up, or the sum itself where it lies behind an odd multiple. q5 is lost. */
#if NN_HAS_MVE
#define NN_SCALE_EVEN(Q, SHIFT) \
    "vshl.s32 q5, " Q ", " SHIFT "\n\tvshl.i32 q5, q5, #31\n\tvshr.u32 q5, q5, #31\n\tvadd.i32 " Q ", " Q ", q5\n\t" \
    "vsub.i32 " Q ", " Q ", r5\n\tvrshl.s32 " Q ", " Q ", " SHIFT "\n\t"
#define nn_scale_helium_shift(M0, M1) \
    "mov r5, #1\n\t" NN_SCALE_EVEN("q0", M0) NN_SCALE_EVEN("q1", M1) \
    "vqmovnb.s32 q0, q0\n\tvqmovnt.s32 q0, q1\n\tvqadd.s16 q0, q0, r9\n\tvqmovnb.s16 q0, q0\n\t"
#else
static inline int8_t nn_scale_helium_shift(int32_t acc, uint32_t multiplier, int32_t zero_point)
{
    const int32_t shift = -(int32_t)multiplier;
    const int32_t code = ((acc + ((acc >> shift) & 1) + ((INT32_C(1) << (shift - 1)) - 1)) >> shift) + zero_point;

    return (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
}
#endif

#endif
