#ifndef NN_ROI_ALIGN_H
#define NN_ROI_ALIGN_H
#include <stdint.h>

/* Geometry of RoiAlign. sampling_ratio 0: as many samples per bin as it has pixels. maximum 1: the largest weighted
 * corner instead of the mean. half_pixel 1: regions are shifted by half a pixel and may be smaller than one. */
typedef struct {
    int32_t height, width, out_h, out_w;
    int32_t sampling_ratio, maximum, half_pixel;
    float scale;
} nn_roi_align;

#endif
