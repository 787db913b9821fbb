#ifndef NN_PAIR_HELIUM_H
#define NN_PAIR_HELIUM_H
#include <stdint.h>
#include "nn_twin.h"

/* The weight of a row at a column of a step of places in a table of pairs, two columns to a byte, 8 bytes for each row. */
NN_TWIN int32_t nn_pair_helium(const uint32_t *step, int32_t row, int32_t column, const uint16_t *pairs)
{
    const uint32_t pair = pairs[((const uint8_t *)step)[8 * row + column / 2]];

    return (int8_t)(pair >> (column % 2 * 8));
}

#endif
