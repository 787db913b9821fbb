#ifndef NN_ROWS_S8_H
#define NN_ROWS_S8_H
#include <stdint.h>
#include "nn_block4_s8.h"
#include "nn_flash.h"
#include "nn_quant.h"
#include "nn_requantize_s8.h"
#include "nn_row_s8.h"
#include "nn_weight_s8.h"

/* y[rows] = requantize(bias[rows] + w[rows] . x[depth]); w in blocks of four rows (see nn_block4_s8), then single rows.
 * w, bias and multiplier are in flash. Returns the end of the rows. */
static inline const nn_weight_s8 *nn_rows_s8(const nn_quant *q, int32_t rows, int32_t depth, const int8_t *x,
                                             const nn_weight_s8 *w, const int32_t *bias, const int32_t *multiplier,
                                             int8_t *y)
{
    for (; rows >= 4; rows -= 4) {
        int32_t acc[4] = { nn_flash_s32(bias), nn_flash_s32(bias + 1), nn_flash_s32(bias + 2),
                           nn_flash_s32(bias + 3) };
        w = nn_block4_s8(x, w, depth, acc);
        for (int32_t i = 0; i < 4; i++) {
            y[i] = nn_requantize_s8(q, acc[i], nn_flash_s32(multiplier + i));
        }
        bias += 4;
        multiplier += 4;
        y += 4;
    }
    for (; rows > 0; rows--) {
        int32_t acc = nn_flash_s32(bias++);
        w = nn_row_s8(x, w, depth, &acc);
        *y++ = nn_requantize_s8(q, acc, nn_flash_s32(multiplier++));
    }
    return w;
}

#endif
