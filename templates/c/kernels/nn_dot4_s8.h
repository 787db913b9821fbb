#ifndef NN_DOT4_S8_H
#define NN_DOT4_S8_H
#include <stdint.h>

/* acc[r] += x[0..depth) . w[r * depth .. ) for four consecutive rows. */
static inline void nn_dot4_s8(const int8_t *x, const int8_t *w, int32_t depth, int32_t acc[4])
{
    const int8_t *w1 = w + depth;
    const int8_t *w2 = w1 + depth;
    const int8_t *w3 = w2 + depth;
    int32_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3];

    for (int32_t i = 0; i < depth; i++) {
        const int32_t v = x[i];
        a0 += v * w[i];
        a1 += v * w1[i];
        a2 += v * w2[i];
        a3 += v * w3[i];
    }
    acc[0] = a0;
    acc[1] = a1;
    acc[2] = a2;
    acc[3] = a3;
}

#endif
