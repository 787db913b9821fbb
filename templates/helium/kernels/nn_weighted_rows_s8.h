#ifndef NN_WEIGHTED_ROWS_S8_H
#define NN_WEIGHTED_ROWS_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_requantize_s8.h"

/* The sum of `count` rows of `size` codes, v_step apart, each times its weight, less `zero`: that of the zero points.
 * 16 codes of a row at a time, four to a vector: 12 instructions for 16 products (0.75 each). */
static inline void nn_weighted_rows_s8(const int32_t *weights, int32_t count, int32_t zero, const int8_t *v, int32_t v_step,
                                       int32_t size, const nn_quant *quant, int32_t multiplier, int8_t *y)
{
    for (int32_t d = 0; d < size; d += 16) {
        const int32_t rest = (size - d < 16) ? size - d : 16;
        int32_t acc[16];
#if NN_HAS_MVE
        const mve_pred16_t lanes0 = vctp32q((uint32_t)rest);
        const mve_pred16_t lanes1 = vctp32q((uint32_t)((rest > 4) ? rest - 4 : 0));
        const mve_pred16_t lanes2 = vctp32q((uint32_t)((rest > 8) ? rest - 8 : 0));
        const mve_pred16_t lanes3 = vctp32q((uint32_t)((rest > 12) ? rest - 12 : 0));
        const int8_t *row = v + d;
        int32x4_t acc0 = vdupq_n_s32(-zero);
        int32x4_t acc1 = acc0;
        int32x4_t acc2 = acc0;
        int32x4_t acc3 = acc0;
        for (int32_t j = 0; j < count && rest == 16; j++) {
            acc0 = vmlaq_n_s32(acc0, vldrbq_s32(row), weights[j]);
            acc1 = vmlaq_n_s32(acc1, vldrbq_s32(row + 4), weights[j]);
            acc2 = vmlaq_n_s32(acc2, vldrbq_s32(row + 8), weights[j]);
            acc3 = vmlaq_n_s32(acc3, vldrbq_s32(row + 12), weights[j]);
            row += v_step;
        }
        for (int32_t j = 0; j < count && rest < 16; j++) {
            acc0 = vmlaq_n_s32(acc0, vldrbq_z_s32(row, lanes0), weights[j]);
            acc1 = vmlaq_n_s32(acc1, vldrbq_z_s32(row + 4, lanes1), weights[j]);
            acc2 = vmlaq_n_s32(acc2, vldrbq_z_s32(row + 8, lanes2), weights[j]);
            acc3 = vmlaq_n_s32(acc3, vldrbq_z_s32(row + 12, lanes3), weights[j]);
            row += v_step;
        }
        vstrwq_s32(acc, acc0);
        vstrwq_s32(acc + 4, acc1);
        vstrwq_s32(acc + 8, acc2);
        vstrwq_s32(acc + 12, acc3);
#else
        for (int32_t i = 0; i < rest; i++) {
            acc[i] = -zero;
            for (int32_t j = 0; j < count; j++) {
                acc[i] += weights[j] * v[j * v_step + d + i];
            }
        }
#endif
        for (int32_t i = 0; i < rest; i++) {
            y[d + i] = nn_requantize_s8(quant, acc[i], multiplier);
        }
    }
}

#endif
