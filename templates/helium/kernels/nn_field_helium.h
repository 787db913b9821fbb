#ifndef NN_FIELD_HELIUM_H
#define NN_FIELD_HELIUM_H
#include <stdint.h>
#include "nn_twin.h"

/* The weight of a row at a column of a step, times 2^(8 - bits): a field of so many bits, those of 8 / bits rows to a byte. */
NN_TWIN int32_t nn_field_helium(const uint32_t *step, int32_t row, int32_t column, int32_t bits)
{
    const int32_t fields = 8 / bits;
    const uint32_t byte = ((const uint8_t *)step)[row / fields * 16 + column];

    return (int8_t)((byte << (8 - bits - row % fields * bits)) & (0xFFu << (8 - bits)) & 0xFFu);
}

#endif
