#ifndef NN_GEMM_WINDOWS_H
#define NN_GEMM_WINDOWS_H
#include <stddef.h>
#include <stdint.h>

/* Windows of codes, `window` bytes from one to the next, times rows of weights; codes of pixels `step` bytes apart. w, for each
 * four rows: their bias, weights [steps][4][16] or as many rows of few bits to a byte as it holds, their multipliers. A window is
 * 16 * steps codes. shift: of sums to the left, for weights of few bits and scales of 0.5 and more. */
typedef struct {
    const int8_t *x;
    int32_t window;
    int8_t *y;
    int32_t step;
    const uint32_t *w;
    int32_t steps, rows, pixels, zero_point, shift;
    const uint16_t *pairs; /* of codes by the byte that stands for them; or NULL */
} nn_gemm_windows;

#endif
