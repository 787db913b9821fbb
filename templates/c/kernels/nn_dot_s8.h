#ifndef NN_DOT_S8_H
#define NN_DOT_S8_H
#include <stdint.h>

/* acc + x[0..depth) . w[0..depth). */
static inline int32_t nn_dot_s8(const int8_t *x, const int8_t *w, int32_t depth, int32_t acc)
{
    for (int32_t i = 0; i < depth; i++) {
        acc += (int32_t)x[i] * w[i];
    }
    return acc;
}

#endif
