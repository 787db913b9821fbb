#ifndef NN_LOG2_U64_H
#define NN_LOG2_U64_H
#include <stdint.h>
#include "nn_log2_u32.h"

/* log2(x) in steps of 2^-18, of the upper 32 bits of x that count; x is not 0. */
static inline int32_t nn_log2_u64(uint64_t x)
{
    int32_t octaves = 0;

    while ((x >> 32) != 0u) {
        x >>= 1;
        octaves++;
    }
    return (octaves << 18) + nn_log2_u32((uint32_t)x, 18);
}

#endif
