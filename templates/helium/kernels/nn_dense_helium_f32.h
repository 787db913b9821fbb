#ifndef NN_DENSE_HELIUM_F32_H
#define NN_DENSE_HELIUM_F32_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_windows_helium.h"
#include "nn_windows_helium_f32.h"

/* y[rows][out] = clamp(x[rows][in] . w[out][in] + bias[out]), two rows at a time. stream: of nn_windows_helium_f32. */
NN_ONCE void nn_dense_helium_f32(int32_t rows, int32_t in, int32_t out, const float *x, const float *stream, float min, float max,
                                 float *y)
{
    nn_windows_helium windows = { .rows = 1, .count = in, .w_group = 32 * (in + 1), .min = min, .max = max };

    for (int32_t r = 0; r < rows; r += 2) {
        const int32_t two = (r + 1 < rows) ? 1 : 0;
        windows.x0 = x;
        windows.x1 = x + two * in;
        windows.stream = stream;
        windows.outputs = out;
        windows.y0 = y;
        windows.y1 = y + two * out;
        nn_windows_helium_f32(&windows);
        x += 2 * in;
        y += 2 * out;
    }
}

#endif
