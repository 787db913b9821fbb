#ifndef NN_MOD_S32_H
#define NN_MOD_S32_H
#include <stdint.h>
#include "nn_rem_s32.h"

/* Remainder with the sign of the divisor (fmod = 0). */
static inline int32_t nn_mod_s32(int32_t a, int32_t b)
{
    const int32_t r = nn_rem_s32(a, b);

    return (r != 0 && (r < 0) != (b < 0)) ? r + b : r;
}

#endif
