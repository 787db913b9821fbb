#ifndef NN_DEFORMCONV2D_F32_H
#define NN_DEFORMCONV2D_F32_H
#include <math.h>
#include <stdint.h>
#include "nn_conv_shape.h"

/* Bilinear sample of a plane; what lies outside is 0. */
static inline float nn_deform_sample_f32(const float *plane, int32_t height, int32_t width, float y, float x)
{
    float sum = 0.0f;

    if (!(y > -1.0f && y < (float)height && x > -1.0f && x < (float)width)) {
        return 0.0f;
    }
    const int32_t top = (int32_t)floorf(y);
    const int32_t left = (int32_t)floorf(x);
    for (int32_t j = top; j <= top + 1; j++) {
        for (int32_t i = left; i <= left + 1; i++) {
            if (j >= 0 && j < height && i >= 0 && i < width) {
                sum += (1.0f - fabsf(y - (float)j)) * (1.0f - fabsf(x - (float)i)) * plane[j * width + i];
            }
        }
    }
    return sum;
}

/* Deformable convolution, tensors in ONNX's order: x[batch][in_c][in_h][in_w], w[out_c][in_c / groups][kernel],
 * offset[batch][offset_groups][kernel][2 (y, x)][out_h][out_w], mask likewise without the 2, or NULL. */
static inline void nn_deformconv2d_f32(const nn_conv_shape *s, int32_t offset_groups, const float *x, const float *w,
                                       const float *offset, const float *bias, const float *mask, float *y)
{
    const int32_t group_in = s->in_c / s->groups;
    const int32_t group_out = s->out_c / s->groups;
    const int32_t taps = s->kernel_h * s->kernel_w;
    const int32_t in_plane = s->in_h * s->in_w;
    const int32_t out_plane = s->out_h * s->out_w;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oc = 0; oc < s->out_c; oc++) {
            for (int32_t o = 0; o < out_plane; o++) {
                const int32_t top = o / s->out_w * s->stride_h - s->pad_top;
                const int32_t left = o % s->out_w * s->stride_w - s->pad_left;
                float acc = (bias != 0) ? bias[oc] : 0.0f;
                for (int32_t ic = 0; ic < group_in; ic++) {
                    const int32_t c = oc / group_out * group_in + ic;
                    const int32_t group = n * offset_groups + c / (s->in_c / offset_groups);
                    for (int32_t k = 0; k < taps; k++) {
                        const float *move = offset + (group * taps + k) * 2 * out_plane + o;
                        const float py = (float)(top + k / s->kernel_w * s->dilation_h) + move[0];
                        const float px = (float)(left + k % s->kernel_w * s->dilation_w) + move[out_plane];
                        const float *plane = x + (n * s->in_c + c) * in_plane;
                        float v = nn_deform_sample_f32(plane, s->in_h, s->in_w, py, px);
                        if (mask != 0) {
                            v *= mask[(group * taps + k) * out_plane + o];
                        }
                        acc += v * w[(oc * group_in + ic) * taps + k];
                    }
                }
                *y++ = acc;
            }
        }
    }
}

#endif
