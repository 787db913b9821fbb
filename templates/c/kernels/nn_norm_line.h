#ifndef NN_NORM_LINE_H
#define NN_NORM_LINE_H
#include <stdint.h>

/* One line of a row that is normalized: the distance of a code is code * step - start, the normal number its product with
 * inverse over 2^(32 + down), half up, and the result scaled by the code's factor and offset over 2^shift. */
typedef struct {
    uint32_t step, start;
    int32_t inverse, down, shift, min, max;
} nn_norm_line;

#endif
