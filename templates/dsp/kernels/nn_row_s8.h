#ifndef NN_ROW_S8_H
#define NN_ROW_S8_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_once.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_weight_s8.h"

/* *acc += x[depth] . w[depth], four codes a step: 10 instructions for 4 products (2.5 each). Returns the end of the row. */
NN_ONCE const nn_weight_s8 *nn_row_s8(const int8_t *x, const nn_weight_s8 *w, int32_t depth, int32_t *acc)
{
    const nn_weight_s8 *end = w + depth, *fours = end - (depth & 3);
    int32_t sum = *acc;

    while (w != fours) {
        const uint32_t p = nn_load4(x), q = nn_load4(w);
        sum = nn_smlad(nn_sxtb16(p), nn_sxtb16(q), sum);
        sum = nn_smlad(nn_sxtb16_ror8(p), nn_sxtb16_ror8(q), sum);
        x += 4;
        w += 4;
    }
    while (w != end) {
        sum += *x++ * *w++;
    }
    *acc = sum;
    return end;
}

#endif
