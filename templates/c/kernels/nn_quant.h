#ifndef NN_QUANT_H
#define NN_QUANT_H
#include <stdint.h>

/* How an accumulator becomes an int8 code: left shift (0 unless the scale is 0.5 or more),
 * zero point, and the clamp that also is the fused Relu or Clip. */
typedef struct {
    int32_t left_shift, zero_point, min, max;
} nn_quant;

#endif
