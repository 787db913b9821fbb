#ifndef NN_SUPPRESSION_H
#define NN_SUPPRESSION_H
#include <stdint.h>

/* boxes[batches][boxes][4], scores[batches][classes][boxes], of which the first `valid` boxes count. At most `most` of each
 * class; overlaps above `overlap` suppress; with has_least only scores above `least`. */
typedef struct {
    int32_t batches, classes, boxes, valid;
    int32_t most, capacity;
    int32_t centers, has_least;
    float overlap, least;
} nn_suppression;

#endif
