#ifndef NN_DIV_S64_H
#define NN_DIV_S64_H
#include <stdint.h>

/* Truncates towards zero; x / 0 = 0; the smallest number / -1 wraps to itself. */
static inline int64_t nn_div_s64(int64_t a, int64_t b)
{
    if (b == 0) {
        return 0;
    }
    return (b == -1) ? (int64_t)(0u - (uint64_t)a) : a / b;
}

#endif
