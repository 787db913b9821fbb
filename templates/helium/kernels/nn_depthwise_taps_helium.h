#ifndef NN_DEPTHWISE_TAPS_HELIUM_H
#define NN_DEPTHWISE_TAPS_HELIUM_H
#include <stdint.h>

/* A run of pixels with the same taps: pairs of places in x and in the weights. step: bytes from pixel to pixel; bias: bytes from
 * the weights to the bias. */
typedef struct {
    const int32_t *taps;
    int32_t count, channels, pixels;
    const float *x, *w;
    float *y;
    int32_t step, bias;
    float min, max;
} nn_depthwise_taps_helium;

#endif
