#ifndef NN_MAXPOOL2D_F32_H
#define NN_MAXPOOL2D_F32_H
#include <math.h>
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_conv_shape.h"
#include "nn_inside.h"

/* The first element of a window, then what is greater: NaN stays where it is the first, and is passed over elsewhere. */
static inline void nn_maxpool2d_f32(const nn_conv_shape *s, const float *x, float min, float max, float *y)
{
    const int32_t step = s->dilation_w * s->in_c;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            const int32_t top = oy * s->stride_h - s->pad_top;
            const int32_t ky0 = nn_first_inside(top, s->dilation_h);
            const int32_t rows = nn_end_inside(top, s->dilation_h, s->in_h, s->kernel_h) - ky0;
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t left = ox * s->stride_w - s->pad_left;
                const int32_t kx0 = nn_first_inside(left, s->dilation_w);
                const int32_t columns = nn_end_inside(left, s->dilation_w, s->in_w, s->kernel_w) - kx0;
                const int32_t first = ((top + ky0 * s->dilation_h) * s->in_w + left + kx0 * s->dilation_w) * s->in_c;
                const int32_t next = s->dilation_h * s->in_w * s->in_c - columns * step;
                for (int32_t c = 0; c < s->in_c; c++) {
                    int32_t from = first + c;
                    float best = (rows > 0 && columns > 0) ? x[from] : -INFINITY;
                    for (int32_t row = 0; row < rows; row++) {
                        for (int32_t column = 0; column < columns; column++) {
                            best = (x[from] > best) ? x[from] : best;
                            from += step;
                        }
                        from += next;
                    }
                    *y++ = nn_clamp_f32(best, min, max);
                }
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
