#ifndef NN_WINDOWS_HELIUM_H
#define NN_WINDOWS_HELIUM_H
#include <stdint.h>

/* Two windows: `rows` runs of `count` numbers, x_step bytes from the end of one to the next, and w_step of their weights, of which the
 * first stands w_first bytes behind the bias. The stream has w_group bytes for each eight outputs. */
typedef struct {
    const float *x0, *x1, *stream;
    int32_t w_first, rows, count, x_step, w_step, w_group;
    float *y0, *y1;
    int32_t outputs;
    float min, max;
} nn_windows_helium;

#endif
