#ifndef NN_SATURATE_S32_H
#define NN_SATURATE_S32_H
#include <stdint.h>

/* The nearest int32. */
static inline int32_t nn_saturate_s32(int64_t v)
{
    return (v > INT32_MAX) ? INT32_MAX : ((v < INT32_MIN) ? INT32_MIN : (int32_t)v);
}

#endif
