#ifndef NN_REM_U32_H
#define NN_REM_U32_H
#include <stdint.h>

/* Of a division by 0 it is 0. */
static inline uint32_t nn_rem_u32(uint32_t a, uint32_t b)
{
    return (b == 0u) ? 0u : a % b;
}

#endif
