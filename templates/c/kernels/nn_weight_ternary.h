#ifndef NN_WEIGHT_TERNARY_H
#define NN_WEIGHT_TERNARY_H
#include <stdint.h>

/* What a pointer to weights points at: here several codes each. */
typedef uint8_t nn_weight_ternary;

#endif
