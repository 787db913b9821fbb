#ifndef NN_MAX0_H
#define NN_MAX0_H
#include <stdint.h>

static inline int32_t nn_max0(int32_t v)
{
    return (v > 0) ? v : 0;
}

#endif
