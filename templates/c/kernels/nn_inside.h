#ifndef NN_INSIDE_H
#define NN_INSIDE_H
#include <stdint.h>

/* The first tap k with start + k * dilation >= 0. */
static inline int32_t nn_first_inside(int32_t start, int32_t dilation)
{
    return (start >= 0) ? 0 : (dilation - 1 - start) / dilation;
}

/* One past the last tap k < taps with start + k * dilation < size. */
static inline int32_t nn_end_inside(int32_t start, int32_t dilation, int32_t size, int32_t taps)
{
    const int32_t end = (start >= size) ? 0 : (size - 1 - start) / dilation + 1;

    return (end < taps) ? end : taps;
}

#endif
