#ifndef NN_LOAD_CODES_H
#define NN_LOAD_CODES_H
#include <stdint.h>
#include <string.h>
#include "nn_load_s4.h"

/* Codes first .. first + count - 1 of x, one to a byte: bytes already, or packed (see nn_get_s4). */
static inline void nn_load_codes(const void *x, int32_t packed, int32_t first, int32_t count, int8_t *codes)
{
    if (packed != 0) {
        nn_load_s4((const uint8_t *)x, first, count, codes);
    } else {
        memcpy(codes, (const int8_t *)x + first, (size_t)count);
    }
}

#endif
