#ifndef NN_DIV_U64_H
#define NN_DIV_U64_H
#include <stdint.h>

/* x / 0 = 0. */
static inline uint64_t nn_div_u64(uint64_t a, uint64_t b)
{
    return (b == 0u) ? 0u : a / b;
}

#endif
