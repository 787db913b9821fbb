#ifndef NN_CONV_SHAPE_H
#define NN_CONV_SHAPE_H
#include <stdint.h>

/* Geometry of a 2-D convolution or pooling, channels last: x[batch][in_h][in_w][in_c], y[batch][out_h][out_w][out_c].
 * A 1-D one has in_h = out_h = kernel_h = 1. Padding at the bottom and the right follows from the output size. */
typedef struct {
    int32_t batch, in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
    int32_t groups;
} nn_conv_shape;

#endif
