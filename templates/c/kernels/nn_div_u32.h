#ifndef NN_DIV_U32_H
#define NN_DIV_U32_H
#include <stdint.h>

/* x / 0 = 0. */
static inline uint32_t nn_div_u32(uint32_t a, uint32_t b)
{
    return (b == 0u) ? 0u : a / b;
}

#endif
