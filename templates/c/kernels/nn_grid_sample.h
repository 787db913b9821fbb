#ifndef NN_GRID_SAMPLE_H
#define NN_GRID_SAMPLE_H
#include <stdint.h>

/* How to sample an image (rank 2, depth 1) or a volume (rank 3).
 * mode: 0 nearest, 1 linear, 2 cubic (images only). padding: 0 zeros, 1 border, 2 reflection.
 * align_corners: -1 and 1 are the centres of the outer pixels, else their outer edges. */
typedef struct {
    int32_t rank, depth, height, width;
    int32_t mode, padding, align_corners;
} nn_grid_sample;

#endif
