#ifndef NN_MOVE_ROWS_H
#define NN_MOVE_ROWS_H
#include <stdint.h>
#include <string.h>

/* Moves rows 1 to rows - 1 down by one: the first is forgotten, the last has room for a new one. bytes: of a row. */
static inline void nn_move_rows(void *ring, int32_t rows, int32_t bytes)
{
    uint8_t *to = ring;

    for (int32_t r = 1; r < rows; r++) {
        memcpy(to, to + bytes, (size_t)bytes);
        to += bytes;
    }
}

#endif
