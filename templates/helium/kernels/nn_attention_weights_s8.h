#ifndef NN_ATTENTION_WEIGHTS_S8_H
#define NN_ATTENTION_WEIGHTS_S8_H
#include <stdint.h>
#include "nn_helium.h"

/* Softmax of `count` scores, INT32_MIN where a key is masked, in 2^-15; returns the sum, 0 where all are masked. An exponent is
 * the distance from the best score * multiplier / 2^19, in 1 / 256 of a power of 2, of distances up to `farthest`, behind which
 * weights are 0; powers[f] = 2^15 * 2^(-f / 256). A share is estimated in float32, too low by less than one, and raised where
 * what remains is no less than the sum, which is below 2^30. */
static inline int32_t nn_attention_weights_s8(int32_t *row, int32_t count, uint32_t multiplier, uint32_t farthest,
                                              const uint16_t *powers)
{
    int32_t best = INT32_MIN;
    int32_t total = 0;
    uint32_t sum = 0;

#if NN_HAS_MVE && (__ARM_FEATURE_MVE & 2) != 0
    for (int32_t j = 0; j < count; j += 4) {
        const mve_pred16_t lanes = vctp32q((uint32_t)(count - j));
        best = vmaxvq_p_s32(best, vldrwq_z_s32(row + j, lanes), lanes);
    }
    for (int32_t j = 0; j < count; j += 4) {
        const mve_pred16_t lanes = vctp32q((uint32_t)(count - j));
        const int32x4_t scores = vldrwq_z_s32(row + j, lanes);
        const uint32x4_t distance = vsubq_u32(vdupq_n_u32((uint32_t)best), vreinterpretq_u32_s32(scores));
        const uint32x4_t near = vminq_u32(distance, vdupq_n_u32(farthest));
        const uint32x4_t z = vshrq_n_u32(vmulq_n_u32(near, multiplier), 19);
        const mve_pred16_t open = vcmpneq_m_n_s32(scores, INT32_MIN, lanes);
        const mve_pred16_t seen = vcmpltq_m_n_s32(vreinterpretq_s32_u32(z), 4096, open);
        const uint32x4_t power = vldrhq_gather_shifted_offset_z_u32(powers, vandq_u32(z, vdupq_n_u32(255u)), seen);
        const int32x4_t down = vnegq_s32(vreinterpretq_s32_u32(vshrq_n_u32(z, 8)));
        const uint32x4_t weight = vpselq_u32(vshlq_u32(power, down), vdupq_n_u32(0u), seen);
        sum = vaddvaq_u32(sum, weight);
        vstrwq_p_u32((uint32_t *)row + j, weight, lanes);
    }
    const float inverse = (1.0f - 0x1p-20f) / (float)sum;
    for (int32_t j = 0; j < count && sum != 0u; j += 4) {
        const mve_pred16_t lanes = vctp32q((uint32_t)(count - j));
        const uint32x4_t weight = vldrwq_z_u32((const uint32_t *)row + j, lanes);
        const uint32x4_t raised = vaddq_n_u32(vshlq_n_u32(weight, 15), sum / 2u);
        const uint32x4_t low = vcvtq_u32_f32(vmulq_n_f32(vcvtq_f32_u32(raised), inverse));
        const mve_pred16_t short_of_one = vcmpcsq_n_u32(vsubq_u32(raised, vmulq_n_u32(low, sum)), sum);
        const uint32x4_t share = vaddq_m_n_u32(low, low, 1u, short_of_one);
        const uint32x4_t fits = vminq_u32(share, vdupq_n_u32(32767u));
        total = (int32_t)vaddvaq_p_u32((uint32_t)total, fits, lanes);
        vstrwq_p_u32((uint32_t *)row + j, fits, lanes);
    }
#else
    for (int32_t j = 0; j < count; j++) {
        best = (row[j] > best) ? row[j] : best;
    }
    for (int32_t j = 0; j < count; j++) {
        uint32_t weight = 0;
        if (row[j] != INT32_MIN) {
            const uint32_t distance = (uint32_t)best - (uint32_t)row[j];
            const uint32_t z = (((distance < farthest) ? distance : farthest) * multiplier) >> 19;
            weight = (z < 4096u) ? (uint32_t)powers[z & 255u] >> (z >> 8) : 0u;
        }
        row[j] = (int32_t)weight;
        sum += weight;
    }
    for (int32_t j = 0; j < count && sum != 0u; j++) {
        const uint32_t share = (((uint32_t)row[j] << 15) + sum / 2u) / sum;
        row[j] = (share < 32767u) ? (int32_t)share : 32767;
        total += row[j];
    }
#endif
    return total;
}

#endif
