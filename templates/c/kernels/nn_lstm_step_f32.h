#ifndef NN_LSTM_STEP_F32_H
#define NN_LSTM_STEP_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_rnn_f_f32.h"
#include "nn_rnn_g_f32.h"
#include "nn_rnn_gate_f32.h"
#include "nn_rnn_h_f32.h"

/* One step of a long short-term memory, gates i, o, f, n in this order, P the peepholes:
 *     i = f(Wi x + Ri h + Pi c + b), f likewise or 1 - i with input_forget, n = g(Wn x + Rn h + b)
 *     c = f c + i n
 *     o = f(Wo x + Ro h + Po c + b), h = o h(c)
 * scratch: 4 * hidden floats. */
static inline void nn_lstm_step_f32(const nn_rnn_cell *cell, int32_t input_forget, const float *x, float *h, float *c,
                                    float *scratch)
{
    const int32_t hidden = cell->hidden;

    for (int32_t row = 0; row < 4 * hidden; row++) {
        scratch[row] = nn_rnn_gate_f32(cell, 4, row, x, h);
    }
    for (int32_t j = 0; j < hidden; j++) {
        float i = scratch[j];
        float o = scratch[hidden + j];
        float f = scratch[2 * hidden + j];
        float n = scratch[3 * hidden + j];

        if (cell->peepholes != 0) {
            i += cell->peepholes[j] * c[j];
            f += cell->peepholes[2 * hidden + j] * c[j];
        }
        i = nn_rnn_f_f32(nn_clamp_f32(i, -cell->clip, cell->clip), cell->f_alpha, cell->f_beta);
        f = nn_rnn_f_f32(nn_clamp_f32(f, -cell->clip, cell->clip), cell->f_alpha, cell->f_beta);
        n = nn_rnn_g_f32(nn_clamp_f32(n, -cell->clip, cell->clip), cell->g_alpha, cell->g_beta);
        c[j] = ((input_forget != 0) ? 1.0f - i : f) * c[j] + i * n;
        if (cell->peepholes != 0) {
            o += cell->peepholes[hidden + j] * c[j];
        }
        o = nn_rnn_f_f32(nn_clamp_f32(o, -cell->clip, cell->clip), cell->f_alpha, cell->f_beta);
        h[j] = o * nn_rnn_h_f32(c[j], cell->h_alpha, cell->h_beta);
    }
}

#endif
