#ifndef NN_SIGN4_S4_H
#define NN_SIGN4_S4_H
#include <stdint.h>
#include "nn_ssub8.h"

/* Four codes of four bits in the lower halves of bytes, the upper ones being 0: as bytes. */
static inline uint32_t nn_sign4_s4(uint32_t v)
{
    return nn_ssub8(v ^ 0x08080808u, 0x08080808u);
}

#endif
