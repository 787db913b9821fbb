#ifndef NN_DENSE_COLUMNS_H
#define NN_DENSE_COLUMNS_H
#include <stdint.h>
#include "nn_twin.h"
#include "nn_smlad.h"
#include "nn_sxtb16.h"

/* Four sums of two columns: w[0] holds rows 0 and 1, w[1] rows 2 and 3. */
NN_TWIN void nn_dense_columns(const uint32_t w[2], uint32_t x, int32_t acc[4])
{
    for (int32_t r = 0; r < 4; r += 2) {
        const int32_t low = nn_smlad(nn_sxtb16(w[r / 2]), x, 0);
        acc[r] += low;
        acc[r + 1] += (nn_smlad(w[r / 2], x, 0) - low) / 256;
    }
}

#endif
