#ifndef NN_WEIGHT_S8_H
#define NN_WEIGHT_S8_H
#include <stdint.h>

/* What a pointer to weights points at: here one int8 code each. */
typedef int8_t nn_weight_s8;

#endif
