#ifndef NN_LOAD_EIGHTS_H
#define NN_LOAD_EIGHTS_H
#include <stdint.h>
#include "nn_load8_s4.h"
#include "nn_naked.h"

/* nn_load8_s4 of `count` codes, a multiple of eight. */
NN_ONCE void nn_load_eights(const uint8_t *x, int32_t count, int8_t *codes)
{
    const int8_t *end = codes + count;

    if ((count & 8) != 0) {
        codes = nn_load8_s4(x, codes);
        x += 4;
    }
    while (codes != end) {
        codes = nn_load8_s4(x + 4, nn_load8_s4(x, codes));
        x += 8;
    }
}

#endif
