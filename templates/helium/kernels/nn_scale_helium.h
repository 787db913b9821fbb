#ifndef NN_SCALE_HELIUM_H
#define NN_SCALE_HELIUM_H
#include <stdint.h>
#include "nn_helium.h"

/* Codes of eight sums in q0 and q1, half up, in every other byte of q0: one of q0, one of q1, in turn. M0, M1: their multipliers;
 * r9: the zero point; r5 is lost. Narrowing saturates, so results of any size are right. */
#if NN_HAS_MVE
#define nn_scale_helium(M0, M1) \
    "vrmulh.s32 q0, q0, " M0 "\n\tvrmulh.s32 q1, q1, " M1 "\n\t" \
    "vqmovnb.s32 q0, q0\n\tvqmovnt.s32 q0, q1\n\tvqadd.s16 q0, q0, r9\n\tvqmovnb.s16 q0, q0\n\t"
#else
static inline int8_t nn_scale_helium(int32_t acc, uint32_t multiplier, int32_t zero_point)
{
    const int64_t product = (int64_t)acc * (int32_t)multiplier + INT64_C(0x80000000);
    const int32_t code = (int32_t)(product >> 32) + zero_point;

    return (int8_t)((code < -128) ? -128 : (code > 127) ? 127 : code);
}
#endif

#endif
