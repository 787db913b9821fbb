#ifndef NN_WEIGHT_W16_H
#define NN_WEIGHT_W16_H
#include <stdint.h>

/* What a pointer to weights points at: here one int16 code each. */
typedef int16_t nn_weight_w16;

#endif
