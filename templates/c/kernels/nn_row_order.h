#ifndef NN_ROW_ORDER_H
#define NN_ROW_ORDER_H
#include <stdint.h>

/* In what order weights lie of which every row has a width or a table of its own. */
typedef struct {
    int32_t rows;      /* row numbers begin anew after the last one */
    int32_t per_group; /* rows, blocks of four of them and then single ones */
    int32_t depth;     /* weights in a row */
    const uint8_t *kinds; /* [rows] four bits each, the lower ones first */
} nn_row_order;

#endif
