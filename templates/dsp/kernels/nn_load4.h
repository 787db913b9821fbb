#ifndef NN_LOAD4_H
#define NN_LOAD4_H
#include <stdint.h>
#include <string.h>

/* Four bytes, at any address. */
static inline uint32_t nn_load4(const int8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

#endif
