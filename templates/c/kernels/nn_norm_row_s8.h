#ifndef NN_NORM_ROW_S8_H
#define NN_NORM_ROW_S8_H
#include <stdint.h>
#include "nn_norm_line.h"
#include "nn_sum_s8.h"

/* `count` codes of a row, x_step apart, normalized; factor and offset of each are `parameter` apart. In place is fine. */
static inline void nn_norm_row_s8(nn_norm_line n, const int8_t *x, int32_t count, int32_t x_step, const int16_t *factor,
                                  const int32_t *offset, int32_t parameter, int8_t *y)
{
    const int64_t half = INT64_C(1) << (n.down + 31);

    for (int32_t i = 0; i < count; i++) {
        const int32_t distance = (int32_t)((uint32_t)x[i * x_step] * n.step - n.start);
        const int32_t normal = (int32_t)(((int64_t)distance * n.inverse + half) >> 32) >> n.down;
        const int32_t k = i * parameter;
        y[i * x_step] = nn_sum_s8(normal * factor[k] + offset[k], n.shift, n.min, n.max);
    }
}

#endif
