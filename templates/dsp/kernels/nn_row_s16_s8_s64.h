#ifndef NN_ROW_S16_S8_S64_H
#define NN_ROW_S16_S8_S64_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_load_pair.h"
#include "nn_smlald.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"
#include "nn_weight_s8.h"

/* *acc += x[depth] . w[depth], codes of 16 bits; of each four weights the two in the middle are exchanged, so that a widened
 * word holds neighbours. Returns the end of the row. */
static inline const nn_weight_s8 *nn_row_s16_s8_s64(const int16_t *x, const nn_weight_s8 *w, int32_t depth, int64_t *acc)
{
    int64_t total = *acc;

    for (; depth >= 4; depth -= 4) {
        const uint32_t four = nn_load4(w);
        total = nn_smlald(nn_load_pair(x), nn_sxtb16(four), total);
        total = nn_smlald(nn_load_pair(x + 2), nn_sxtb16_ror8(four), total);
        x += 4;
        w += 4;
    }
    for (int32_t i = 0; i < depth; i++) {
        total += x[i] * w[i];
    }
    *acc = total;
    return w + depth;
}

#endif
