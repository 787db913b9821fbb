#ifndef NN_CONV_STEPS_H
#define NN_CONV_STEPS_H
#include <stdint.h>

/* A 2-D window layer with the distances in memory worked out, so that a kernel need not multiply. In elements: from a
 * window to the next (step_x) and to the next row's (step_y), from a tap to the next (tap_x) and to the next row's
 * (tap_y), the first window's place, mostly outside the image (start), and an image. */
typedef struct {
    int_fast16_t batch, in_h, in_w, in_c;
    int_fast16_t out_h, out_w, out_c;
    int_fast16_t kernel_h, kernel_w;
    int_fast16_t stride_h, stride_w;
    int_fast16_t dilation_h, dilation_w;
    int_fast16_t pad_top, pad_left;
    int_fast16_t groups, group_in, group_out, depth;
    int_fast16_t step_x, step_y, tap_x, tap_y, start, image;
} nn_conv_steps;

#endif
