#ifndef NN_REM_S32_H
#define NN_REM_S32_H
#include <stdint.h>

/* Remainder with the sign of the dividend (fmod = 1); of a division by 0 it is 0. */
static inline int32_t nn_rem_s32(int32_t a, int32_t b)
{
    return (b == 0 || b == -1) ? 0 : a % b;
}

#endif
