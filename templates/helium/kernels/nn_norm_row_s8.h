#ifndef NN_NORM_ROW_S8_H
#define NN_NORM_ROW_S8_H
#include <stdint.h>
#include "nn_helium.h"
#include "nn_norm_line.h"
#include "nn_sum_s8.h"

/* `count` codes of a row, x_step apart, normalized; factor and offset of each are `parameter` apart. In place is fine.
 * Side by side four codes at a time. */
static inline void nn_norm_row_s8(nn_norm_line n, const int8_t *x, int32_t count, int32_t x_step, const int16_t *factor,
                                  const int32_t *offset, int32_t parameter, int8_t *y)
{
    const int64_t half = INT64_C(1) << (n.down + 31);

#if NN_HAS_MVE
    if (x_step == 1 && parameter == 1) {
        const int32x4_t least = vdupq_n_s32(n.min);
        const int32x4_t most = vdupq_n_s32(n.max);
        for (int32_t i = 0; i < count; i += 4) {
            const mve_pred16_t lanes = vctp32q((uint32_t)(count - i));
            const int32x4_t codes = vldrbq_z_s32(x + i, lanes);
            const int32x4_t distance = vsubq_n_s32(vmulq_n_s32(codes, (int32_t)n.step), (int32_t)n.start);
            /* Rounded once: in the upper word, or in what is left of it. */
            const int32x4_t normal = (n.down == 0) ? vrmulhq_s32(distance, vdupq_n_s32(n.inverse))
                                                   : vrshlq_n_s32(vmulhq_s32(distance, vdupq_n_s32(n.inverse)), -n.down);
            const int32x4_t scaled = vmulq_s32(normal, vldrhq_z_s32(factor + i, lanes));
            const int32x4_t sum = vaddq_s32(scaled, vldrwq_z_s32(offset + i, lanes));
            const int32x4_t code = vminq_s32(vmaxq_s32(vshlq_r_s32(sum, -n.shift), least), most);
            vstrbq_p_s32(y + i, code, lanes);
        }
        return;
    }
#endif
    for (int32_t i = 0; i < count; i++) {
        const int32_t distance = (int32_t)((uint32_t)x[i * x_step] * n.step - n.start);
        const int32_t normal = (int32_t)(((int64_t)distance * n.inverse + half) >> 32) >> n.down;
        const int32_t k = i * parameter;
        y[i * x_step] = nn_sum_s8(normal * factor[k] + offset[k], n.shift, n.min, n.max);
    }
}

#endif
