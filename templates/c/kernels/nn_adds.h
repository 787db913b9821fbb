#ifndef NN_ADDS_H
#define NN_ADDS_H
#include <stdint.h>

/* A layer that only adds and shifts: y = clamp(zero_point + (((sum << left) + bias) >> shift)). The tables are in flash.
 * lists: for each output, for each pass, the inputs to add and those to subtract; after a pass the sum is
 * shifted left by doublings[pass]. bias holds the input zero point's share and the rounding of the shift. */
typedef struct {
    const uint8_t *lists;
    const uint8_t *doublings; /* [passes] */
    int_fast16_t passes, left;
    const int32_t *bias;
    const uint8_t *shift;
    int32_t zero_point, min, max;
} nn_adds;

#endif
