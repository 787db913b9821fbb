#ifndef NN_ROI_ALIGN_F32_H
#define NN_ROI_ALIGN_F32_H
#include <math.h>
#include <stdint.h>
#include "nn_roi_sample_f32.h"

/* Samples along one side of a bin: given, or one per pixel; bounded by the size of the plane. */
static inline int32_t nn_roi_samples(int32_t ratio, float bin, int32_t size)
{
    if (ratio > 0) {
        return ratio;
    }
    return (bin < (float)size) ? (int32_t)ceilf(bin) : size;
}

/* All bins of one region (x1, y1, x2, y2) over one channel. */
static inline void nn_roi_align_f32(const nn_roi_align *s, const float *plane, const float *roi, float *y)
{
    const float shift = (s->half_pixel != 0) ? 0.5f : 0.0f;
    const float left = roi[0] * s->scale - shift;
    const float top = roi[1] * s->scale - shift;
    float width = roi[2] * s->scale - shift - left;
    float height = roi[3] * s->scale - shift - top;

    if (s->half_pixel == 0) {
        width = (width > 1.0f) ? width : 1.0f;
        height = (height > 1.0f) ? height : 1.0f;
    }
    const float bin_h = height / (float)s->out_h;
    const float bin_w = width / (float)s->out_w;
    const int32_t rows = nn_roi_samples(s->sampling_ratio, bin_h, s->height);
    const int32_t columns = nn_roi_samples(s->sampling_ratio, bin_w, s->width);
    for (int32_t oy = 0; oy < s->out_h; oy++) {
        for (int32_t ox = 0; ox < s->out_w; ox++) {
            float sum = 0.0f;
            for (int32_t j = 0; j < rows; j++) {
                const float py = top + (float)oy * bin_h + ((float)j + 0.5f) * bin_h / (float)rows;
                for (int32_t i = 0; i < columns; i++) {
                    const float px = left + (float)ox * bin_w + ((float)i + 0.5f) * bin_w / (float)columns;
                    const float v = nn_roi_sample_f32(s, plane, py, px);
                    if (s->maximum == 0) {
                        sum += v;
                    } else if ((j == 0 && i == 0) || v > sum) {
                        sum = v;
                    }
                }
            }
            if (s->maximum == 0) {
                sum /= (float)((rows * columns > 1) ? rows * columns : 1);
            }
            *y++ = sum;
        }
    }
}

#endif
