#ifndef NN_BLOCK4_S8_H
#define NN_BLOCK4_S8_H
#include <stdint.h>
#include "nn_flash.h"
#include "nn_weight_s8.h"

/* acc[r] += x[depth] . (row r of a block of four), w in flash. Block: [depth / 4][row][4], then [row][depth % 4].
 * Returns the end of the block. Row by row: four sums of 32 bits do not fit the registers. */
static inline const nn_weight_s8 *nn_block4_s8(const int8_t *x, const nn_weight_s8 *w, int32_t depth, int32_t acc[4])
{
    const int16_t whole = (int16_t)(depth & ~3);
    const int16_t rest = (int16_t)(depth & 3);

    for (int16_t r = 0; r < 4; r++) {
        const nn_weight_s8 *row = w + 4 * r;
        const int8_t *from = x;
        int32_t sum = acc[r];
        for (int16_t i = 0; i < whole; i += 4) {
            sum += (int16_t)(from[0] * nn_flash_s8(row));
            sum += (int16_t)(from[1] * nn_flash_s8(row + 1));
            sum += (int16_t)(from[2] * nn_flash_s8(row + 2));
            sum += (int16_t)(from[3] * nn_flash_s8(row + 3));
            from += 4;
            row += 16;
        }
        row = w + 4 * whole + r * rest;
        for (int16_t i = 0; i < rest; i++) {
            sum += (int16_t)(from[i] * nn_flash_s8(row + i));
        }
        acc[r] = sum;
    }
    return w + 4 * (whole + rest);
}

#endif
