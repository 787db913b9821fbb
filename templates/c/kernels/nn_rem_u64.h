#ifndef NN_REM_U64_H
#define NN_REM_U64_H
#include <stdint.h>

/* Of a division by 0 it is 0. */
static inline uint64_t nn_rem_u64(uint64_t a, uint64_t b)
{
    return (b == 0u) ? 0u : a % b;
}

#endif
