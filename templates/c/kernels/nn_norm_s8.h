#ifndef NN_NORM_S8_H
#define NN_NORM_S8_H
#include <stdint.h>
#include "nn_inverse_root.h"
#include "nn_norm_row_s8.h"
#include "nn_norm_sums_s8.h"

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
    int64_t squares = 0;
    int32_t sum = 0;

    for (int32_t o = 0; o < n->outer; o++) {
        sum += nn_norm_sums_s8(x + o * n->outer_step, n->inner, n->inner_step, n->zero_point, &squares);
    }
    sum = n->centre ? sum : 0;

    const uint64_t variance = (uint64_t)length * (uint64_t)squares - (uint64_t)((int64_t)sum * sum) + n->epsilon;
    int32_t exponent;
    const uint32_t inverse = nn_inverse_root(variance, &exponent);
    /* The quotient by 2^right is in the upper word: the factor is raised to it, and in rows of tiny variance the distance. */
    const int32_t right = 31 + exponent - n->fraction;
    const int32_t up = (right < 32) ? 32 - right : 0;
    const int32_t factor_up = (up < 14) ? up : 14;
    /* Modulo 2^32: distances fit, what they are the difference of may not. */
    const nn_norm_line line = {
        .step = (uint32_t)length << (up - factor_up),
        .start = (uint32_t)(sum + length * n->zero_point) << (up - factor_up),
        .inverse = (int32_t)(inverse << factor_up),
        .down = right + up - 32,
        .shift = n->shift,
        .min = n->min,
        .max = n->max,
    };
    for (int32_t o = 0; o < n->outer; o++) {
        const int32_t at = o * n->outer_step;
        const int32_t p = o * n->outer_parameter;
        nn_norm_row_s8(line, x + at, n->inner, n->inner_step, factor + p, offset + p, n->inner_parameter, y + at);
    }
}

#endif
