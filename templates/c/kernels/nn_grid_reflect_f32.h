#ifndef NN_GRID_REFLECT_F32_H
#define NN_GRID_REFLECT_F32_H
#include <math.h>

/* v mirrored at low and high as often as it takes. */
static inline float nn_grid_reflect_f32(float v, float low, float high)
{
    const float range = high - low;

    if (!(range > 0.0f)) {
        return low;
    }
    if (v < low) {
        const float distance = low - v;
        const float turns = floorf(distance / range);
        const float rest = distance - turns * range;
        return (fmodf(turns, 2.0f) < 0.5f) ? low + rest : high - rest;
    }
    if (v > high) {
        const float distance = v - high;
        const float turns = floorf(distance / range);
        const float rest = distance - turns * range;
        return (fmodf(turns, 2.0f) < 0.5f) ? high - rest : low + rest;
    }
    return v;
}

#endif
