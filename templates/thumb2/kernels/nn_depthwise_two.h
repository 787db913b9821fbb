#ifndef NN_DEPTHWISE_TWO_H
#define NN_DEPTHWISE_TWO_H
#include <stdint.h>

/* Two pixels beside each other: where the three rows of their windows begin, and bytes from a result of the first to that of the second,
 * 0 where there is none. stream, for each channel: bias, nine codes in three words, multiplier. */
typedef struct {
    const int8_t *rows[3];
    const uint32_t *stream;
    int8_t *y;
    int32_t channels, step, zero_point, stride;
} nn_depthwise_two;

#endif
