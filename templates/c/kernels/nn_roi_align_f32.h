#ifndef NN_ROI_ALIGN_F32_H
#define NN_ROI_ALIGN_F32_H
#include <math.h>
#include <stdint.h>
#include "nn_roi_sample_f32.h"

/* Samples along one side of a bin: `count` from number `first` on, out of `total`. */
typedef struct {
    float total, first;
    int32_t count;
} nn_roi_span;

/* As many samples as are given, or one per pixel; then those far outside of the plane, where all is 0, are left out, so
 * that no region takes longer than the plane is wide. */
static inline nn_roi_span nn_roi_samples(int32_t ratio, float start, float bin, int32_t size)
{
    nn_roi_span span = { (ratio > 0) ? (float)ratio : ceilf(bin), 0.0f, ratio };

    if (ratio > 0 || !(span.total > 0.0f)) {
        return span;
    }
    const float step = bin / span.total;
    const float low = ceilf((-1.0f - start) / step - 0.5f) - 1.0f;
    const float high = floorf(((float)size - start) / step - 0.5f) + 1.0f;
    const float last = span.total - 1.0f;
    span.first = (low > 0.0f) ? ((low < last) ? low : last) : 0.0f;
    const float count = ((high < last) ? high : last) - span.first + 1.0f;
    const int32_t most = 2 * size + 8;
    span.count = (count > 1.0f) ? ((count < (float)most) ? (int32_t)count : most) : 1;
    return span;
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
    for (int32_t oy = 0; oy < s->out_h; oy++) {
        const float bin_top = top + (float)oy * bin_h;
        const nn_roi_span rows = nn_roi_samples(s->sampling_ratio, bin_top, bin_h, s->height);

        for (int32_t ox = 0; ox < s->out_w; ox++) {
            const float bin_left = left + (float)ox * bin_w;
            const nn_roi_span columns = nn_roi_samples(s->sampling_ratio, bin_left, bin_w, s->width);
            const float samples = rows.total * columns.total;
            float sum = 0.0f;

            for (int32_t j = 0; j < rows.count; j++) {
                const float py = bin_top + (rows.first + (float)j + 0.5f) * bin_h / rows.total;
                for (int32_t i = 0; i < columns.count; i++) {
                    const float px = bin_left + (columns.first + (float)i + 0.5f) * bin_w / columns.total;
                    const float v = nn_roi_sample_f32(s, plane, py, px);
                    if (s->maximum == 0) {
                        sum += v;
                    } else if ((j == 0 && i == 0) || v > sum) {
                        sum = v;
                    }
                }
            }
            if (s->maximum == 0) {
                sum /= (samples > 1.0f) ? samples : 1.0f;
            }
            *y++ = sum;
        }
    }
}

#endif
