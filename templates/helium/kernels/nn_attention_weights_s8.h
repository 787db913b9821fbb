#ifndef NN_ATTENTION_WEIGHTS_S8_H
#define NN_ATTENTION_WEIGHTS_S8_H
#include <stdint.h>
#include "nn_helium.h"

/* Softmax of `count` scores, INT32_MIN where a key is masked, in 2^-15; returns the sum, 0 where all are masked. An exponent is
 * the distance from the best score * multiplier / 2^19, in 1 / 256 of a power of 2, of distances up to `farthest`, behind which
 * weights are 0; powers[f] = 2^15 * 2^(-f / 256). Shares are products with 2^31 over
 * the upper 16 bits of the sum. */
static inline int32_t nn_attention_weights_s8(int32_t *row, int32_t count, uint32_t multiplier, uint32_t farthest,
                                              const uint16_t *powers)
{
    int32_t best = INT32_MIN;
    int32_t total = 0;
    uint32_t sum = 0;
    int32_t down = 0;

#if NN_HAS_MVE
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
        const int32x4_t octaves = vnegq_s32(vreinterpretq_s32_u32(vshrq_n_u32(z, 8)));
        const uint32x4_t weight = vpselq_u32(vshlq_u32(power, octaves), vdupq_n_u32(0u), seen);
        sum = vaddvaq_u32(sum, weight);
        vstrwq_p_u32((uint32_t *)row + j, weight, lanes);
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
#endif
    while ((sum >> down) > 65535u) {
        down++;
    }
    const uint32_t whole = (sum != 0u) ? sum >> down : 1u;
    const uint32_t inverse = (0x80000000u + whole / 2u) / whole;
#if NN_HAS_MVE
    for (int32_t j = 0; j < count; j += 4) {
        const mve_pred16_t lanes = vctp32q((uint32_t)(count - j));
        const uint32x4_t product = vmulq_n_u32(vldrwq_z_u32((const uint32_t *)row + j, lanes), inverse);
        const uint32x4_t share = vshlq_r_u32(vaddq_n_u32(product, 0x8000u << down), -(16 + down));
        const uint32x4_t fits = vminq_u32(share, vdupq_n_u32(32767u));
        total = (int32_t)vaddvaq_p_u32((uint32_t)total, fits, lanes);
        vstrwq_p_u32((uint32_t *)row + j, fits, lanes);
    }
#else
    for (int32_t j = 0; j < count; j++) {
        const uint32_t share = ((uint32_t)row[j] * inverse + (0x8000u << down)) >> (16 + down);
        row[j] = (share < 32767u) ? (int32_t)share : 32767;
        total += row[j];
    }
#endif
    return total;
}

#endif
