#ifndef NN_NEXT_WINDOW_H
#define NN_NEXT_WINDOW_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_naked.h"

/* Where a convolution is that walks over its output in raster order: the first row and column of the window, the column of the output. */
typedef struct {
    int32_t top, left, ox;
} nn_window;

NN_INLINE void nn_next_window(const nn_conv_shape *s, nn_window *at)
{
    at->left += s->stride_w;
    at->ox++;
    if (at->ox == s->out_w) {
        at->ox = 0;
        at->left = -s->pad_left;
        at->top += s->stride_h;
    }
}

#endif
