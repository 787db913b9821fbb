#ifndef NN_NORM_S16_H
#define NN_NORM_S16_H
#include <stdint.h>
#include "nn_inverse_root_u64.h"

/* A row of codes of 16 bits with unit variance (or, where the mean stays, unit mean square), then scaled and shifted.
 * Its length is outer * inner codes, at most 2^15; factor and offset are found by outer * outer_parameter +
 * inner * inner_parameter. */
typedef struct {
    int32_t outer, outer_step, inner, inner_step, outer_parameter, inner_parameter;
    int32_t zero_point, centre, fraction, shift, min, max;
    uint64_t epsilon;
} nn_wide_norm;

static inline void nn_norm_s16(const nn_wide_norm *n, const int16_t *x, const int32_t *factor, const int64_t *offset,
                               int16_t *y)
{
    const int32_t length = n->outer * n->inner;
    uint64_t squares = 0;
    int64_t sum = 0;

    for (int32_t o = 0; o < n->outer; o++) {
        for (int32_t i = 0; i < n->inner; i++) {
            const int32_t v = x[o * n->outer_step + i * n->inner_step] - n->zero_point;
            sum += v;
            squares += (uint64_t)((int64_t)v * v);
        }
    }
    sum = (n->centre != 0) ? sum : 0;

    const uint64_t variance = (uint64_t)length * squares - (uint64_t)(sum * sum) + n->epsilon;
    int32_t exponent;
    const int64_t inverse = (int64_t)nn_inverse_root_u64(variance, &exponent);
    const int32_t right = 49 + exponent - n->fraction;
    for (int32_t o = 0; o < n->outer; o++) {
        for (int32_t i = 0; i < n->inner; i++) {
            const int32_t at = o * n->outer_step + i * n->inner_step;
            const int32_t p = o * n->outer_parameter + i * n->inner_parameter;
            const int64_t distance = (int64_t)length * (x[at] - n->zero_point) - sum;
            const int64_t normal = (distance * inverse + (INT64_C(1) << (right - 1))) >> right;
            const int64_t code = (normal * factor[p] + offset[p]) >> n->shift;
            y[at] = (int16_t)((code < n->min) ? n->min : (code > n->max) ? n->max : code);
        }
    }
}

#endif
