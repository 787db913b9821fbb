#ifndef NN_POINTWISE_4X2_S8_H
#define NN_POINTWISE_4X2_S8_H
#include <stdint.h>
#include "nn_gemm_4x2_s8.h"
#include "nn_naked.h"
#include "nn_widen2_s8.h"

/* 1x1 convolution without stride of channels in fours, two pixels at a time; both are copied before either is written.
 * w: stream of nn_gemm_4x2_s8. pairs: 4 * in_c bytes. */
NN_ONCE void nn_pointwise_4x2_s8(int32_t pixels, int32_t in_c, int32_t out_c, int32_t zero_point, const int8_t *x,
                                 const uint32_t *w, const uint32_t *w_end, uint32_t *pairs, int8_t *y)
{
    for (; pixels > 0; pixels -= 2) {
        const int32_t second = (pixels > 1) ? 1 : 0;
        const uint32_t *end = nn_widen2_s8(x, x + second * in_c, in_c, pairs);
        nn_gemm_4x2_s8(y, second * out_c, w_end, pairs, w, end, zero_point);
        x += 2 * in_c;
        y += 2 * out_c;
    }
}

#endif
