#ifndef NN_NORM_S8_H
#define NN_NORM_S8_H
#include <stdint.h>
#include "nn_inverse_root.h"
#include "nn_sum_s8.h"

/* A row of codes with unit variance (or, where the mean stays, unit mean square), then scaled and shifted.
 * Its length is outer * inner codes; factor and offset are found by outer * outer_parameter + inner * inner_parameter. */
typedef struct {
    int32_t outer, outer_step, inner, inner_step, outer_parameter, inner_parameter;
    int32_t zero_point, centre, fraction, shift, min, max;
    uint64_t epsilon;
} nn_norm;

static inline void nn_norm_s8(const nn_norm *n, const int8_t *x, const int16_t *factor, const int32_t *offset,
                              int8_t *y)
{
    const int32_t length = n->outer * n->inner;
    uint64_t squares = 0;
    int32_t sum = 0;

    for (int32_t o = 0; o < n->outer; o++) {
        for (int32_t i = 0; i < n->inner; i++) {
            const int32_t code = x[o * n->outer_step + i * n->inner_step] - n->zero_point;
            sum += code;
            squares += (uint32_t)(code * code);
        }
    }
    sum = n->centre ? sum : 0;

    const uint64_t variance = (uint64_t)length * squares - (uint64_t)((int64_t)sum * sum) + n->epsilon;
    int32_t exponent;
    const uint32_t inverse = nn_inverse_root(variance, &exponent);
    const int32_t right = 31 + exponent - n->fraction;
    const int64_t half = INT64_C(1) << (right - 1);

    for (int32_t o = 0; o < n->outer; o++) {
        for (int32_t i = 0; i < n->inner; i++) {
            const int32_t at = o * n->outer_step + i * n->inner_step;
            const int32_t p = o * n->outer_parameter + i * n->inner_parameter;
            const int32_t distance = length * (x[at] - n->zero_point) - sum;
            const int32_t normal = (int32_t)(((int64_t)distance * (int32_t)inverse + half) >> right);
            y[at] = nn_sum_s8(normal * factor[p] + offset[p], n->shift, n->min, n->max);
        }
    }
}

#endif
