#ifndef NN_CONV2D_A4_S8_H
#define NN_CONV2D_A4_S8_H
#include <stdint.h>
#include "nn_activations.h"
#include "nn_conv2d_a4_part_s8.h"
#include "nn_conv_shape.h"
#include "nn_quant.h"
#include "nn_weight_s8.h"

/* nn_conv2d_s8 with packed codes (see nn_activations). */
static inline void nn_conv2d_a4_s8(const nn_conv_shape *s, const nn_quant *q, const nn_activations *a,
                                   const nn_weight_s8 *w, const int32_t *bias, const int32_t *multiplier)
{
    nn_conv2d_a4_part_s8(s, q, a, 0, s->groups, s->out_c / s->groups, 0, w, bias, multiplier);
}

#endif
