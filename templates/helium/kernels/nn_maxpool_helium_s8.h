#ifndef NN_MAXPOOL_HELIUM_S8_H
#define NN_MAXPOOL_HELIUM_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_max_window_helium_s8.h"
#include "nn_naked.h"
#include "nn_pool_window_helium.h"

/* Maximum over windows, each of which has a cell inside of the image; the result is not clamped. */
NN_ONCE void nn_maxpool_helium_s8(const nn_conv_shape *s, const int8_t *x, int8_t *y)
{
    nn_pool_window_helium window;

    window.channels = s->in_c;
    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                nn_pool_window_at(s, x, oy * s->stride_h - s->pad_top, ox * s->stride_w - s->pad_left, &window);
                window.y = y;
                nn_max_window_helium_s8(&window);
                y += s->in_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
