#ifndef NN_WRAP_INDEX_H
#define NN_WRAP_INDEX_H
#include <stdint.h>

/* Position i of a row of `size` elements that repeats in both directions. */
static inline int32_t nn_wrap_index(int32_t i, int32_t size)
{
    i %= size;
    return (i < 0) ? i + size : i;
}

#endif
