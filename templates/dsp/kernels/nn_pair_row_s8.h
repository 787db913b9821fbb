#ifndef NN_PAIR_ROW_S8_H
#define NN_PAIR_ROW_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_pairs4_s8.h"

/* Four channels of a row of the padded image by pairs of neighbours: `count` pairs from column 0 on, behind them, where asked for,
 * those from column 1 on. x: the row, or NULL outside of the image; zero: four zero points. */
NN_ONCE void nn_pair_row_s8(const nn_conv_shape *s, const int8_t *x, uint32_t zero, int32_t count, int32_t odd, uint32_t *pairs)
{
    const int32_t columns = (x != NULL) ? s->in_w : 0, step = s->in_c;
    int32_t column = -s->pad_left, at = column * step;
    uint32_t first = (column == 0 && columns > 0) ? nn_load4(x) : zero;

    for (int32_t i = 0; i < count; i++) {
        uint32_t second = zero, third = zero;
        at += step;
        if ((uint32_t)++column < (uint32_t)columns) {
            second = nn_load4(x + at);
        }
        at += step;
        if ((uint32_t)++column < (uint32_t)columns) {
            third = nn_load4(x + at);
        }
        nn_pairs4_s8(first, second, pairs);
        if (odd) {
            nn_pairs4_s8(second, third, pairs + 4 * count);
        }
        first = third;
        pairs += 4;
    }
}

#endif
