#ifndef NN_GRU_STEP_F32_H
#define NN_GRU_STEP_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_rnn_f_f32.h"
#include "nn_rnn_g_f32.h"
#include "nn_rnn_gate_f32.h"

/* One step of a gated recurrent unit, gates z, r, n:
 *     z = f(W x + R h + b), r likewise
 *     n = g(Wn x + Rn (r h) + b), or with linear_before_reset g(Wn x + bw + r (Rn h + br))
 *     h = (1 - z) n + z h
 * scratch: 3 * hidden floats. */
static inline void nn_gru_step_f32(const nn_rnn_cell *cell, int32_t linear_before_reset, const float *x, float *h,
                                   float *scratch)
{
    const int32_t hidden = cell->hidden;
    float *z = scratch;
    float *reset = scratch + hidden;
    float *next = scratch + 2 * hidden;

    for (int32_t j = 0; j < hidden; j++) {
        const float zj = nn_rnn_gate_f32(cell, 3, j, x, h);
        const float rj = nn_rnn_gate_f32(cell, 3, hidden + j, x, h);
        const float r = nn_rnn_f_f32(nn_clamp_f32(rj, -cell->clip, cell->clip), cell->f_alpha, cell->f_beta);
        z[j] = nn_rnn_f_f32(nn_clamp_f32(zj, -cell->clip, cell->clip), cell->f_alpha, cell->f_beta);
        reset[j] = (linear_before_reset != 0) ? r : r * h[j];
    }
    for (int32_t j = 0; j < hidden; j++) {
        const int32_t row = 2 * hidden + j;
        float v;
        if (linear_before_reset != 0) {
            const float from_x = (cell->bias != 0) ? cell->bias[row] : 0.0f;
            const float from_h = (cell->bias != 0) ? cell->bias[3 * hidden + row] : 0.0f;
            v = nn_rnn_dot_f32(from_x, cell->w + row * cell->inputs, x, cell->inputs) +
                reset[j] * nn_rnn_dot_f32(from_h, cell->r + row * hidden, h, hidden);
        } else {
            v = nn_rnn_gate_f32(cell, 3, row, x, reset);
        }
        next[j] = nn_rnn_g_f32(nn_clamp_f32(v, -cell->clip, cell->clip), cell->g_alpha, cell->g_beta);
    }
    for (int32_t j = 0; j < hidden; j++) {
        h[j] = (1.0f - z[j]) * next[j] + z[j] * h[j];
    }
}

#endif
