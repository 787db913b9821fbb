#ifndef NN_HALVES_H
#define NN_HALVES_H
#include <stdint.h>
#include "nn_twin.h"

/* Two halfwords in a word. */
NN_TWIN uint32_t nn_halves(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xFFFFu) | ((uint32_t)high << 16);
}

#endif
