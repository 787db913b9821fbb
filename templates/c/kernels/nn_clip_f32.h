#ifndef NN_CLIP_F32_H
#define NN_CLIP_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_once.h"

/* y[0..count) within min and max; NaN stays NaN. */
NN_ONCE void nn_clip_f32(float *y, int32_t count, float min, float max)
{
    for (int32_t i = 0; i < count; i++) {
        y[i] = nn_clamp_f32(y[i], min, max);
    }
}

#endif
