#ifndef NN_DEPTHWISE9_RUN_F32_H
#define NN_DEPTHWISE9_RUN_F32_H
#include "nn_depthwise_run_f32.h"
#include "nn_depthwise_taps_f32.h"

/* All of nine taps, of channels in eights. */
static inline void nn_depthwise9_run_f32(const nn_depthwise_taps_f32 *run)
{
    nn_depthwise_run_f32(run);
}

#endif
