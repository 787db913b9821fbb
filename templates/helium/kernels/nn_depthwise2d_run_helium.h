#ifndef NN_DEPTHWISE2D_RUN_HELIUM_H
#define NN_DEPTHWISE2D_RUN_HELIUM_H
#include <stdint.h>

/* A run of pixels, whose taps lie at `offsets` from `base`, two to a pair. step, y_step: from the end of the vectors that a pixel reads
 * and writes to the next pixel. */
typedef struct {
    const int32_t *offsets;
    int32_t pairs, channels, pixels;
    const int8_t *base;
    int8_t *y;
    int32_t zero_point;
    const uint32_t *stream;
    int32_t step, y_step;
} nn_depthwise2d_run_helium;

#endif
