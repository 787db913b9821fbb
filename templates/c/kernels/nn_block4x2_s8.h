#ifndef NN_BLOCK4X2_S8_H
#define NN_BLOCK4X2_S8_H
#include <stdint.h>
#include "nn_block4_s8.h"
#include "nn_weight_s8.h"

/* The block of nn_block4_s8 for two inputs at once: acc[0..3] for x, acc[4..7] for z. */
static inline const nn_weight_s8 *nn_block4x2_s8(const int8_t *x, const int8_t *z, const nn_weight_s8 *w, int32_t depth,
                                                 int32_t acc[8])
{
    (void)nn_block4_s8(x, w, depth, acc);
    return nn_block4_s8(z, w, depth, acc + 4);
}

#endif
