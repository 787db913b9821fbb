#ifndef NN_RECTIFY_F32_H
#define NN_RECTIFY_F32_H
#include <stdint.h>
#include "nn_once.h"

/* y[0..count) where they are negative become 0; NaN stays NaN. */
NN_ONCE void nn_rectify_f32(float *y, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        y[i] = (y[i] < 0.0f) ? 0.0f : y[i];
    }
}

#endif
