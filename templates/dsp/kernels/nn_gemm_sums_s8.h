#ifndef NN_GEMM_SUMS_S8_H
#define NN_GEMM_SUMS_S8_H
#include <stdint.h>
#include "nn_smlad.h"
#include "nn_sxtb16.h"
#include "nn_twin.h"

/* What the assembly kernels sum up for four outputs: a group of the stream, every other word of the windows. Returns where the
 * multipliers are. */
NN_TWIN const uint32_t *nn_gemm_sums_s8(const uint32_t *stream, const uint32_t *window, int32_t words, int32_t acc[4])
{
    const uint32_t *w = stream + 2, *after = w + words;

    acc[0] = (int32_t)stream[0];
    acc[1] = (int32_t)after[0];
    acc[2] = (int32_t)stream[1];
    acc[3] = (int32_t)after[1];
    for (int32_t k = 0; k < words; k += 2) {
        const uint32_t x = window[k];
        for (int32_t r = 0; r < 4; r += 2) {
            const int32_t low = nn_smlad(nn_sxtb16(w[k + r / 2]), x, 0);
            acc[r] += low;
            acc[r + 1] += (nn_smlad(w[k + r / 2], x, 0) - low) / 256;
        }
    }
    return after + 2;
}

#endif
