#ifndef NN_BOXES_OVERLAP_F32_H
#define NN_BOXES_OVERLAP_F32_H
#include <stdint.h>
#include "nn_box_ends_f32.h"

/* Intersection over union of two boxes of four numbers each, -1 where one of the areas is not positive. */
static inline float nn_boxes_overlap_f32(const float *a, const float *b, int32_t centers)
{
    float shared = 1.0f, of_a = 1.0f, of_b = 1.0f;

    for (int32_t axis = 0; axis < 2; axis++) {
        float a_low, a_high, b_low, b_high;

        nn_box_ends_f32(a, axis, centers, &a_low, &a_high);
        nn_box_ends_f32(b, axis, centers, &b_low, &b_high);
        const float low = (a_low < b_low) ? b_low : a_low;
        const float high = (b_high < a_high) ? b_high : a_high;
        if (high <= low) {
            return -1.0f;
        }
        shared *= high - low;
        of_a *= a_high - a_low;
        of_b *= b_high - b_low;
    }
    const float joined = of_a + of_b - shared;
    if (shared <= 0.0f || of_a <= 0.0f || of_b <= 0.0f || joined <= 0.0f) {
        return -1.0f;
    }
    return shared / joined;
}

#endif
