#ifndef NN_ROW_WALK_H
#define NN_ROW_WALK_H
#include <stdint.h>
#include "nn_row_order.h"

/* Where a decoder is in blocks of four rows, four columns of each in turn, then in single rows. */
typedef struct {
    int32_t row, column;    /* the first row of the block, and the next column */
    int32_t height, inside; /* rows of the block; which of them is next */
} nn_row_walk;

static inline void nn_row_walk_block(nn_row_walk *walk, const nn_row_order *order, int32_t row)
{
    walk->row = (row < order->rows) ? row : 0;
    walk->height = (order->per_group - walk->row % order->per_group >= 4) ? 4 : 1;
}

/* Begins at the place that four bytes tell: row and column, each the lower byte first. */
static inline void nn_row_walk_from(nn_row_walk *walk, const nn_row_order *order, const uint8_t place[4])
{
    nn_row_walk_block(walk, order, place[0] | (place[1] << 8));
    walk->column = place[2] | (place[3] << 8);
    walk->column = (walk->column < order->depth) ? walk->column : 0;
    walk->inside = 0;
}

/* The next weights of one row that lie together, 1 to 4: how many, and what kind the row is of. */
static inline int32_t nn_row_walk_next(nn_row_walk *walk, const nn_row_order *order, int32_t *kind)
{
    const int32_t row = walk->row + walk->inside;
    const int32_t left = order->depth - walk->column;
    const int32_t count = (left < 4) ? left : 4;

    *kind = (order->kinds[row >> 1] >> (4 * (row & 1))) & 15;
    if (++walk->inside == walk->height) {
        walk->inside = 0;
        walk->column += count;
        if (walk->column >= order->depth) {
            walk->column = 0;
            nn_row_walk_block(walk, order, walk->row + walk->height);
        }
    }
    return count;
}

#endif
