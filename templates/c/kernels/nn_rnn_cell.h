#ifndef NN_RNN_CELL_H
#define NN_RNN_CELL_H
#include <stdint.h>

/* One direction of a recurrent layer with G gates (RNN 1, GRU 3, LSTM 4), rows in ONNX's order of gates. */
typedef struct {
    int32_t inputs, hidden;
    const float *w;         /* [G * hidden][inputs] */
    const float *r;         /* [G * hidden][hidden] */
    const float *bias;      /* [2 * G * hidden], those of w, then those of r; or NULL */
    const float *peepholes; /* LSTM: [3 * hidden] of the input, output and forget gate; or NULL */
    float clip;             /* gates are clamped to [-clip, clip] before their activation */
    float f_alpha, f_beta, g_alpha, g_beta, h_alpha, h_beta; /* parameters of the activations */
} nn_rnn_cell;

#endif
