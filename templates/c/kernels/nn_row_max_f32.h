#ifndef NN_ROW_MAX_F32_H
#define NN_ROW_MAX_F32_H
#include <stdint.h>

/* Index of the first maximum of x[0], x[step], ...: n >= 1 elements. */
static inline int32_t nn_row_max_f32(const float *x, int32_t step, int32_t n)
{
    int32_t best = 0;

    for (int32_t i = 1; i < n; i++) {
        best = (x[i * step] > x[best * step]) ? i : best;
    }
    return best;
}

#endif
