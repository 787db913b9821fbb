#ifndef NN_UNPACK_TTQ_S8_H
#define NN_UNPACK_TTQ_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"
#include "nn_weight_s8.h"

/* Three codes, packed->values, five in a byte as in nn_unpack_ternary_s8. */
static inline const uint8_t *nn_unpack_ttq_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                              nn_weight_s8 *codes)
{
    while (count > 0) {
        const int32_t group = (count < 20) ? count : 20;
        const int32_t bytes = (group + 4) / 5;
        for (int32_t k = 0; k < bytes; k++) {
            uint32_t rest = from[k];
            for (int32_t i = k; i < group; i += bytes) {
                rest *= 3u;
                codes[i] = packed->values[rest >> 8];
                rest &= 255u;
            }
        }
        from += bytes;
        codes += group;
        count -= group;
    }
    return from;
}

#endif
