#ifndef NN_REFLECT_INDEX_H
#define NN_REFLECT_INDEX_H
#include <stdint.h>

/* Position i of a row of `size` elements that goes on mirrored at both ends, the end elements not doubled:
 * -1 -> 1, size -> size - 2. */
static inline int32_t nn_reflect_index(int32_t i, int32_t size)
{
    const int32_t period = 2 * (size - 1);

    if (size == 1) {
        return 0;
    }
    i %= period;
    if (i < 0) {
        i += period;
    }
    return (i < size) ? i : period - i;
}

#endif
