#ifndef NN_DEPTHWISE3X3_RUN_H
#define NN_DEPTHWISE3X3_RUN_H
#include <stdint.h>

/* A run of pixels side by side. rows: of their windows, where column 0 of the image would lie; pitch: from a column to the next;
 * steps: from the end of what a pixel reads in a row to the next pixel, and y_step the same of y, all zero where `stepping` is.
 * Rows that lie outside of the image point at zeros and have a pitch of 0; columns outside are bits of `outside`. left: the column
 * at which the first window begins. y_end: behind the last code that is written. */
typedef struct {
    const int8_t *rows[3];
    int32_t pitch[3], steps[3], left, outside;
    const int8_t *zeros;
    const uint32_t *stream;
    int32_t groups, stepping;
    const int8_t *y_end;
    int8_t *y;
    int32_t zero_point, y_step;
} nn_depthwise3x3_run;

#endif
