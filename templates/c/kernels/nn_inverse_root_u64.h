#ifndef NN_INVERSE_ROOT_U64_H
#define NN_INVERSE_ROOT_U64_H
#include <stdint.h>

/* 2^49 / sqrt(value / 4^exponent) for 0 < value < 2^63, with 2^48 <= value / 4^exponent < 2^50: 2^24 to 2^25. */
static inline uint32_t nn_inverse_root_u64(uint64_t value, int32_t *exponent)
{
    int32_t e = 0;

    while (value >= (UINT64_C(1) << 50)) {
        value >>= 2;
        e++;
    }
    while (value < (UINT64_C(1) << 48)) {
        value <<= 2;
        e--;
    }

    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 48; bit != 0u; bit >>= 2) {
        const uint64_t trial = root + bit;
        root >>= 1;
        if (value >= trial) {
            value -= trial;
            root += bit;
        }
    }
    *exponent = e;
    return (uint32_t)(((UINT64_C(1) << 49) + root / 2u) / root);
}

#endif
