#ifndef NN_STORE4_H
#define NN_STORE4_H
#include <stdint.h>
#include <string.h>

/* Four bytes, to any address. */
static inline void nn_store4(int8_t *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
}

#endif
