#ifndef NN_LOW_H
#define NN_LOW_H
#include <stdint.h>
#include "nn_twin.h"

/* The lower halfword, its sign extended. */
NN_TWIN int32_t nn_low(uint32_t v)
{
    return (int16_t)(v & 0xFFFFu);
}

#endif
