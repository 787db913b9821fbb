#ifndef NN_REVERSE_INDEX_H
#define NN_REVERSE_INDEX_H
#include <stdint.h>

/* Step t of a sequence whose first `length` of `size` steps run backwards. */
static inline int32_t nn_reverse_index(int32_t t, int64_t length, int32_t size)
{
    const int32_t valid = (length < size) ? (int32_t)length : size;

    return (t < valid) ? valid - 1 - t : t;
}

#endif
