#ifndef NN_WIDE_NORM_H
#define NN_WIDE_NORM_H
#include <stdint.h>

/* Rows of outer * inner codes that are normalized in 64 bits; factor and offset are found by outer * outer_parameter +
 * inner * inner_parameter. The square of the deviation is taken 4^lift times. */
typedef struct {
    int32_t outer, outer_step, inner, inner_step, outer_parameter, inner_parameter;
    int32_t zero_point, centre, fraction, lift, shift, min, max;
    uint64_t epsilon;
} nn_wide_norm;

#endif
