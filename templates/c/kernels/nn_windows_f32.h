#ifndef NN_WINDOWS_F32_H
#define NN_WINDOWS_F32_H
#include <stdint.h>

/* Four windows: `rows` runs of `count` numbers, x_step bytes from the end of one to the next, and w_step of their weights.
 * stream, for each four outputs: bias [4], weights [numbers][4], w_group bytes; the first run's weights stand at w_first. Results
 * of the windows are y_step bytes apart. addend: of the same form, added to them where their places are not written yet, for
 * outputs in fours; or NULL. */
typedef struct {
    const float *x[4], *stream;
    int32_t w_first, rows, count, x_step, w_step, w_group;
    float *y;
    int32_t y_step, outputs;
    const float *addend;
} nn_windows_f32;

#endif
