#ifndef NN_LOAD_PAIR_H
#define NN_LOAD_PAIR_H
#include <stdint.h>
#include <string.h>

/* Two codes of 16 bits, at any address. */
static inline uint32_t nn_load_pair(const int16_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

#endif
