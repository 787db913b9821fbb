#ifndef NN_SCALE_HELIUM_WIDE_H
#define NN_SCALE_HELIUM_WIDE_H
#include <stdint.h>
#include "nn_helium.h"

/* Codes of eight sums in q0 and q1 with multipliers of 31 bits, in every other byte of q0: r9 holds zero point and half a step,
 * times 2^shift: an odd number times 2^(shift - 1), which tells the shift. */
#if NN_HAS_MVE
#define nn_scale_helium_wide(M0, M1) \
    "vmulh.s32 q0, q0, " M0 "\n\tvmulh.s32 q1, q1, " M1 "\n\t" \
    "rbit r5, r9\n\tclz r5, r5\n\tmvn r5, r5\n\tvadd.i32 q0, q0, r9\n\tvadd.i32 q1, q1, r9\n\t" \
    "vshl.s32 q0, r5\n\tvshl.s32 q1, r5\n\tvqmovnb.s32 q0, q0\n\tvqmovnt.s32 q0, q1\n\tvqmovnb.s16 q0, q0\n\t"
#else
static inline int8_t nn_scale_helium_wide(int32_t acc, uint32_t multiplier, int32_t zero_point)
{
    int32_t shift = 1, code = (int32_t)(((int64_t)acc * (int32_t)multiplier) >> 32) + zero_point;

    while ((((uint32_t)zero_point >> (shift - 1)) & 1u) == 0u) {
        shift++;
    }
    code >>= shift;
    return (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
}
#endif

#endif
