#ifndef NN_EDGE_INDEX_H
#define NN_EDGE_INDEX_H
#include <stdint.h>

/* Position i of a row of `size` elements whose end elements go on forever. */
static inline int32_t nn_edge_index(int32_t i, int32_t size)
{
    if (i < 0) {
        return 0;
    }
    return (i < size) ? i : size - 1;
}

#endif
