#ifndef NN_PUT_S4_H
#define NN_PUT_S4_H
#include <stdint.h>

/* Writes code `index` of y, whose codes of 4 bits lie two to a byte, the even one of a pair in the low half; its
 * neighbour in the byte stays as it is. */
static inline void nn_put_s4(uint8_t *y, int32_t index, int32_t code)
{
    const int32_t shift = 4 * (index & 1);

    y[index >> 1] = (uint8_t)((y[index >> 1] & (0xF0u >> shift)) | (((uint32_t)code & 0x0Fu) << shift));
}

#endif
