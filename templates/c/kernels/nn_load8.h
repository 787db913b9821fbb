#ifndef NN_LOAD8_H
#define NN_LOAD8_H
#include <stdint.h>

/* An int8 or uint8 element as its number. */
static inline int32_t nn_load8(const void *x, int32_t is_signed, int32_t index)
{
    return (is_signed != 0) ? ((const int8_t *)x)[index] : ((const uint8_t *)x)[index];
}

#endif
