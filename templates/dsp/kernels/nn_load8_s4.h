#ifndef NN_LOAD8_S4_H
#define NN_LOAD8_S4_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_ssub8.h"
#include "nn_store4.h"

/* Eight codes that lie two to a byte, one to a byte: 0 2 4 6 and 1 3 5 7, as they lie in the halves of their bytes. Returns the end. */
static inline int8_t *nn_load8_s4(const uint8_t *x, int8_t *codes)
{
    const uint32_t eights = 0x08080808u, halves = 0x0F0F0F0Fu;
    const uint32_t v = nn_load4((const int8_t *)x) ^ 0x88888888u; /* 8 more */

    nn_store4(codes, nn_ssub8(v & halves, eights));
    nn_store4(codes + 4, nn_ssub8((v >> 4) & halves, eights));
    return codes + 8;
}

#endif
