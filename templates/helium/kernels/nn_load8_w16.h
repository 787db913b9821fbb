#ifndef NN_LOAD8_W16_H
#define NN_LOAD8_W16_H
#include <stdint.h>
#include "nn_helium.h"

#if NN_HAS_MVE
/* Eight weights of 16 bits. */
static inline int16x8_t nn_load8_w16(const int16_t *w)
{
    return vldrhq_s16(w);
}

/* Zero where a lane has none. */
static inline int16x8_t nn_load8_w16_z(const int16_t *w, mve_pred16_t lanes)
{
    return vldrhq_z_s16(w, lanes);
}
#endif

#endif
