#ifndef NN_CLAMP_LENGTH_H
#define NN_CLAMP_LENGTH_H
#include <stdint.h>

/* A length from the data, brought into [0, size]. */
static inline int32_t nn_clamp_length(int64_t length, int32_t size)
{
    if (length < 0) {
        return 0;
    }
    return (length < size) ? (int32_t)length : size;
}

#endif
