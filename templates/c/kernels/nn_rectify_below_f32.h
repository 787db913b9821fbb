#ifndef NN_RECTIFY_BELOW_F32_H
#define NN_RECTIFY_BELOW_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_once.h"

/* y[0..count) within 0 and *max; NaN stays NaN. */
NN_ONCE void nn_rectify_below_f32(float *y, int32_t count, const float *max)
{
    for (int32_t i = 0; i < count; i++) {
        y[i] = nn_clamp_f32(y[i], 0.0f, *max);
    }
}

#endif
