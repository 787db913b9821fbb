#ifndef NN_GET_S4_H
#define NN_GET_S4_H
#include <stdint.h>

/* Code `index` of x, whose codes of 4 bits lie two to a byte: the even one of a pair in the low half. */
static inline int8_t nn_get_s4(const uint8_t *x, int32_t index)
{
    return (int8_t)((int32_t)((uint32_t)x[index >> 1] << (28 - 4 * (index & 1))) >> 28);
}

#endif
