#ifndef NN_ROW_OF_H
#define NN_ROW_OF_H
#include <stdint.h>

/* The row that a layer makes in tick t, -1 if none: row r in tick first + every * r, r < rows. */
static inline int32_t nn_row_of(int32_t t, int32_t first, int32_t every, int32_t rows)
{
    const int32_t since = t - first;

    if (since < 0 || since >= every * rows || since % every != 0) {
        return -1;
    }
    return since / every;
}

#endif
