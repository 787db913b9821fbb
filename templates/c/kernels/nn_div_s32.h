#ifndef NN_DIV_S32_H
#define NN_DIV_S32_H
#include <stdint.h>

/* Truncates towards zero; x / 0 = 0; the smallest number / -1 wraps to itself. */
static inline int32_t nn_div_s32(int32_t a, int32_t b)
{
    if (b == 0) {
        return 0;
    }
    return (b == -1) ? (int32_t)(0u - (uint32_t)a) : a / b;
}

#endif
