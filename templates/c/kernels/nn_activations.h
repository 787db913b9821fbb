#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H
#include <stdint.h>

/* What a layer reads and writes when input, output or both are packed (codes of 4 bits, two to a byte, the even
 * one of a pair in the low half), and memory to unpack them in. */
typedef struct {
    const void *x;
    void *y;
    int32_t x_packed, x_zero_point;
    int8_t *window; /* for the input codes of what is computed at once; NULL: they are read where they lie */
    int8_t *result; /* for its output codes; NULL: y is not packed, they are written where they belong */
} nn_activations;

#endif
