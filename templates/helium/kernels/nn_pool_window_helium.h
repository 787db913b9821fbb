#ifndef NN_POOL_WINDOW_HELIUM_H
#define NN_POOL_WINDOW_HELIUM_H
#include <stdint.h>
#include "nn_conv_shape.h"

/* The cells of a window that lie inside of the image: `next` bytes from column to column, `pitch` from row to row. */
typedef struct {
    const int8_t *x;
    int8_t *y;
    int32_t rows, columns, next, pitch, channels;
    int32_t offset, multiplier, left_shift, zero_point;
} nn_pool_window_helium;

/* Of the positions of a kernel, from `begin` on, those that lie below `end`. */
static inline int32_t nn_pool_window_below(int32_t begin, int32_t kernel, int32_t dilation, int32_t end)
{
    const int32_t below = (end - begin + dilation - 1) / dilation;

    return (below < kernel) ? below : kernel;
}

/* The window that begins at (top, left). Rows that follow each other without a gap are one. */
static inline void nn_pool_window_at(const nn_conv_shape *s, const int8_t *x, int32_t top, int32_t left,
                                     nn_pool_window_helium *window)
{
    const int32_t row = (top < 0) ? (s->dilation_h - 1 - top) / s->dilation_h : 0;
    const int32_t column = (left < 0) ? (s->dilation_w - 1 - left) / s->dilation_w : 0;

    window->rows = nn_pool_window_below(top, s->kernel_h, s->dilation_h, s->in_h) - row;
    window->columns = nn_pool_window_below(left, s->kernel_w, s->dilation_w, s->in_w) - column;
    window->next = s->dilation_w * s->in_c;
    window->pitch = s->dilation_h * s->in_w * s->in_c;
    window->x = x + ((top + row * s->dilation_h) * s->in_w + left + column * s->dilation_w) * s->in_c;
    if (window->columns * window->next == window->pitch) {
        window->columns *= window->rows;
        window->rows = 1;
    }
}

#endif
