#ifndef NN_CLAMP_S64_H
#define NN_CLAMP_S64_H
#include <stdint.h>

/* v within -limit .. limit. */
static inline int64_t nn_clamp_s64(int64_t v, int64_t limit)
{
    return (v > limit) ? limit : ((v < -limit) ? -limit : v);
}

#endif
