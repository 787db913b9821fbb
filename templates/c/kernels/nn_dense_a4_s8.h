#ifndef NN_DENSE_A4_S8_H
#define NN_DENSE_A4_S8_H
#include <stdint.h>
#include "nn_activations.h"
#include "nn_dense_a4_part_s8.h"
#include "nn_quant.h"
#include "nn_weight_s8.h"

/* nn_dense_s8 with packed codes (see nn_activations). */
static inline void nn_dense_a4_s8(const nn_quant *q, int32_t rows, int32_t in, int32_t out, const nn_activations *a,
                                  const nn_weight_s8 *w, const int32_t *bias, const int32_t *multiplier)
{
    nn_dense_a4_part_s8(q, rows, in, out, a, 0, out, w, bias, multiplier);
}

#endif
