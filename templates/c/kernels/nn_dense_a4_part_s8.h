#ifndef NN_DENSE_A4_PART_S8_H
#define NN_DENSE_A4_PART_S8_H
#include <stddef.h>
#include <stdint.h>
#include "nn_activations.h"
#include "nn_load_codes.h"
#include "nn_quant.h"
#include "nn_rows_s8.h"
#include "nn_store_s4.h"
#include "nn_weight_s8.h"

/* Outputs first .. first + count - 1 of nn_dense_s8 with packed codes: a->window holds a row of x, a->result these
 * outputs of a row. w, bias and multiplier start at output `first`. */
static inline void nn_dense_a4_part_s8(const nn_quant *q, int32_t rows, int32_t in, int32_t out,
                                       const nn_activations *a, int32_t first, int32_t count, const nn_weight_s8 *w,
                                       const int32_t *bias, const int32_t *multiplier)
{
    for (int32_t r = 0; r < rows; r++) {
        const int8_t *x = (const int8_t *)a->x + r * in;
        int8_t *y = (a->result == NULL) ? (int8_t *)a->y + r * out + first : a->result;
        if (a->window != NULL) {
            nn_load_codes(a->x, a->x_packed, r * in, in, a->window);
            x = a->window;
        }
        (void)nn_rows_s8(q, count, in, x, w, bias, multiplier, y);
        if (a->result != NULL) {
            nn_store_s4(a->result, count, (uint8_t *)a->y, r * out + first);
        }
    }
}

#endif
