#ifndef NN_GEMM_HELIUM_H
#define NN_GEMM_HELIUM_H
#include <stdint.h>

/* Windows of codes, `window` bytes from one to the next, times rows of weights; codes of pixels `step` bytes apart. w, for each
 * four rows: their bias, weights [steps][4][16], their multipliers. A window is 16 * steps codes. */
typedef struct {
    const int8_t *x;
    int32_t window;
    int8_t *y;
    int32_t step;
    const uint32_t *w;
    int32_t steps, rows, pixels, zero_point;
} nn_gemm_helium;

#endif
