#ifndef NN_DEPTHWISE_TAPS_F32_H
#define NN_DEPTHWISE_TAPS_F32_H
#include <stdint.h>

/* Pixels of a row, `step` bytes apart, that see the same `count` taps, of each the offsets of its number and of its weights. stream, for
 * each eight channels: bias [8], weights [taps][8], w_group bytes; the last ones may be fewer. */
typedef struct {
    const int32_t *taps;
    int32_t count;
    const float *x, *stream;
    float *y;
    int32_t channels, pixels, step, w_group;
} nn_depthwise_taps_f32;

#endif
