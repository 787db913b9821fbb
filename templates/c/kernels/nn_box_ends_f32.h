#ifndef NN_BOX_ENDS_F32_H
#define NN_BOX_ENDS_F32_H
#include <stdint.h>

/* The ends of a box along one axis: two opposite corners in any order, or (centers) its centre and its length. */
static inline void nn_box_ends_f32(const float *box, int32_t axis, int32_t centers, float *low, float *high)
{
    if (centers) {
        const float half = box[2 + axis] / 2.0f;

        *low = box[axis] - half;
        *high = box[axis] + half;
    } else {
        const int32_t swapped = box[axis] >= box[2 + axis];

        *low = swapped ? box[2 + axis] : box[axis];
        *high = swapped ? box[axis] : box[2 + axis];
    }
}

#endif
