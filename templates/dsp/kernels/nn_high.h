#ifndef NN_HIGH_H
#define NN_HIGH_H
#include <stdint.h>
#include "nn_twin.h"

/* The upper halfword, its sign extended. */
NN_TWIN int32_t nn_high(uint32_t v)
{
    return (int16_t)(v >> 16);
}

#endif
