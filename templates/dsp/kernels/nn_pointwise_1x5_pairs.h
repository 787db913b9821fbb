#ifndef NN_POINTWISE_1X5_PAIRS_H
#define NN_POINTWISE_1X5_PAIRS_H
#include <stdint.h>
#include "nn_gemm_1x5_pairs.h"
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* 1x1 convolution without stride of channels in eights, five pixels at a time; all are copied before one is written. Where fewer are
 * left, the last one stands for those that are missing. w: stream of nn_gemm_1x5_pairs. window: 10 * in_c bytes. */
NN_ONCE void nn_pointwise_1x5_pairs(int32_t pixels, int32_t in_c, int32_t out_c, int32_t zero_point, const int8_t *x,
    const uint32_t *w, const uint32_t *w_end, const uint32_t *table, uint32_t *window, int8_t *y)
{
    for (; pixels > 0; pixels -= 5) {
        int32_t offsets[5];
        for (int32_t i = 0; i < 5; i++) {
            const int32_t own = (i < pixels) ? i : pixels - 1;
            const int8_t *from = x + own * in_c;
            uint32_t *to = window + i;
            offsets[i] = own * out_c;
            for (int32_t c = 0; c < in_c; c += 4) {
                const uint32_t v = nn_load4(from + c);
                to[0] = nn_sxtb16(v);
                to[5] = nn_sxtb16_ror8(v);
                to += 10;
            }
        }
        nn_gemm_1x5_pairs(y, offsets, w_end, window, w, window + 5 * in_c / 2, zero_point, table);
        x += 5 * in_c;
        y += 5 * out_c;
    }
}

#endif
