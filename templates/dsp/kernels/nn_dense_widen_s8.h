#ifndef NN_DENSE_WIDEN_S8_H
#define NN_DENSE_WIDEN_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* Sum of `inputs` codes, which are widened to pairs of columns (i, i + 2) and (i + 1, i + 3) of
 * each four, zeros up to `depth`. */
static inline int32_t nn_dense_widen_s8(const int8_t *x, int32_t inputs, int32_t depth, uint32_t *to)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < depth; i += 4) {
        int8_t last[4];
        for (int32_t k = 0; i + 4 > inputs && k < 4; k++) {
            last[k] = (i + k < inputs) ? x[i + k] : 0;
        }
        const uint32_t v = nn_load4((i + 4 > inputs) ? last : x + i);
        to[0] = nn_sxtb16(v);
        to[1] = nn_sxtb16_ror8(v);
        sum = nn_smlad(to[0], 0x00010001u, nn_smlad(to[1], 0x00010001u, sum));
        to += 2;
    }
    return sum;
}

#endif
