#ifndef NN_SLAB_S8_H
#define NN_SLAB_S8_H
#include <stdint.h>
#include <string.h>

/* Slices first, first + dilation, ... of a volume [depth][pixels][channels] as one image: slab[pixels][groups][taps][channels of
 * a group]. Slices outside of the volume are padding. */
static inline void nn_slab_s8(const int8_t *x, int32_t depth, int32_t pixels, int32_t channels, int32_t groups, int32_t taps,
                              int32_t dilation, int32_t first, int32_t padding, int8_t *slab)
{
    const int32_t run = channels / groups;

    for (int32_t tap = 0; tap < taps; tap++) {
        const int32_t slice = first + tap * dilation;
        int8_t *to = slab + tap * run;
        for (int32_t i = 0; i < pixels * groups; i++) {
            if (slice < 0 || slice >= depth) {
                memset(to, (int)padding, (size_t)run);
            } else {
                memcpy(to, x + slice * pixels * channels + i * run, (size_t)run);
            }
            to += taps * run;
        }
    }
}

#endif
