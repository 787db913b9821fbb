#ifndef NN_UNPACK_QUINARY_S8_H
#define NN_UNPACK_QUINARY_S8_H
#include <stdint.h>
#include "nn_packed_s8.h"

/* -2 to 2, three digits to base 5 in a byte, the first one in the lowest place. */
static inline const uint8_t *nn_unpack_quinary_s8(const nn_packed_s8 *packed, const uint8_t *from, int32_t count,
                                                  int8_t *codes)
{
    uint32_t rest = 0;

    (void)packed;
    for (int32_t i = 0; i < count; i++) {
        rest = (i % 3 == 0) ? *from++ : rest / 5u;
        codes[i] = (int8_t)((int32_t)(rest % 5u) - 2);
    }
    return from;
}

#endif
