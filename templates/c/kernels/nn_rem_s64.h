#ifndef NN_REM_S64_H
#define NN_REM_S64_H
#include <stdint.h>

/* Remainder with the sign of the dividend (fmod = 1); of a division by 0 it is 0. */
static inline int64_t nn_rem_s64(int64_t a, int64_t b)
{
    return (b == 0 || b == -1) ? 0 : a % b;
}

#endif
