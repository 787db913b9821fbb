#ifndef NN_RNN_STEP_F32_H
#define NN_RNN_STEP_F32_H
#include <stdint.h>
#include <string.h>
#include "nn_clamp_f32.h"
#include "nn_rnn_f_f32.h"
#include "nn_rnn_gate_f32.h"

/* One step of a simple cell: h = f(W x + R h + b). scratch: hidden floats. */
static inline void nn_rnn_step_f32(const nn_rnn_cell *cell, const float *x, float *h, float *scratch)
{
    for (int32_t j = 0; j < cell->hidden; j++) {
        const float v = nn_rnn_gate_f32(cell, 1, j, x, h);
        scratch[j] = nn_rnn_f_f32(nn_clamp_f32(v, -cell->clip, cell->clip), cell->f_alpha, cell->f_beta);
    }
    memcpy(h, scratch, (size_t)cell->hidden * sizeof(float));
}

#endif
