#ifndef NN_LOAD8_S8_H
#define NN_LOAD8_S8_H
#include <stdint.h>
#include "nn_helium.h"

#if NN_HAS_MVE
/* Eight weights of 8 bits, widened. */
static inline int16x8_t nn_load8_s8(const int8_t *w)
{
    return vldrbq_s16(w);
}

/* Zero where a lane has none. */
static inline int16x8_t nn_load8_s8_z(const int8_t *w, mve_pred16_t lanes)
{
    return vldrbq_z_s16(w, lanes);
}
#endif

#endif
