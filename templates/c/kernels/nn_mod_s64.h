#ifndef NN_MOD_S64_H
#define NN_MOD_S64_H
#include <stdint.h>
#include "nn_rem_s64.h"

/* Remainder with the sign of the divisor (fmod = 0). */
static inline int64_t nn_mod_s64(int64_t a, int64_t b)
{
    const int64_t r = nn_rem_s64(a, b);

    return (r != 0 && (r < 0) != (b < 0)) ? r + b : r;
}

#endif
