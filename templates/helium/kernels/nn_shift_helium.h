#ifndef NN_SHIFT_HELIUM_H
#define NN_SHIFT_HELIUM_H
#include <stdint.h>
#include "nn_twin.h"

/* sum * 2^shift. */
NN_TWIN int32_t nn_shift_helium(int32_t sum, int32_t shift)
{
    return (shift < 0) ? sum >> -shift : (int32_t)((uint32_t)sum << shift);
}

#endif
