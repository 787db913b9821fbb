#ifndef NN_RNN_GATE_F32_H
#define NN_RNN_GATE_F32_H
#include <stdint.h>
#include "nn_rnn_cell.h"
#include "nn_rnn_dot_f32.h"

/* Gate row before its activation: w[row] . x + r[row] . state + both biases; gates = G. */
static inline float nn_rnn_gate_f32(const nn_rnn_cell *cell, int32_t gates, int32_t row, const float *x,
                                    const float *state)
{
    float v = 0.0f;

    if (cell->bias != 0) {
        v = cell->bias[row] + cell->bias[gates * cell->hidden + row];
    }
    v = nn_rnn_dot_f32(v, cell->w + row * cell->inputs, x, cell->inputs);
    return nn_rnn_dot_f32(v, cell->r + row * cell->hidden, state, cell->hidden);
}

#endif
