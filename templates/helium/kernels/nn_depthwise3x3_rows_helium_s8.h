#ifndef NN_DEPTHWISE3X3_ROWS_HELIUM_S8_H
#define NN_DEPTHWISE3X3_ROWS_HELIUM_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_depthwise3x3_run.h"

/* The rows of the windows of row oy of the output. order: a hexadecimal digit for each row of the stream, which row of the kernel
 * it is, the first in the lowest. step: between pixels, of rows inside of the image. */
static inline void nn_depthwise3x3_rows_helium_s8(const nn_conv_shape *s, nn_depthwise3x3_run *run, int32_t order, int32_t step,
                                                  const int8_t *x, int32_t oy)
{
    run->stepping = step | run->y_step;
    for (int32_t i = 0; i < 3; i++) {
        const int32_t iy = oy * s->stride_h - s->pad_top + ((order >> (4 * i)) & 15);
        if (iy >= 0 && iy < s->in_h) {
            run->rows[i] = x + iy * s->in_w * s->in_c;
            run->pitch[i] = s->in_c;
            run->steps[i] = step;
        } else {
            run->rows[i] = run->zeros;
            run->pitch[i] = 0;
            run->steps[i] = -16 * run->groups;
            run->stepping = 1;
        }
    }
}

#endif
