#ifndef NN_INVERSE_ROOT_H
#define NN_INVERSE_ROOT_H
#include <stdint.h>

/* 2^31 / sqrt(value / 4^exponent) for value > 0, with 2^30 <= value / 4^exponent < 2^32: 2^15 to 2^16. */
static inline uint32_t nn_inverse_root(uint64_t value, int32_t *exponent)
{
    int32_t e = 0;

    while ((value >> 32) != 0u) {
        value >>= 2;
        e++;
    }

    uint32_t rest = (uint32_t)value;
    while (rest < (UINT32_C(1) << 30)) {
        rest <<= 2;
        e--;
    }

    uint32_t root = 0;
    for (uint32_t bit = UINT32_C(1) << 30; bit != 0u; bit >>= 2) {
        const uint32_t trial = root + bit;
        root >>= 1;
        if (rest >= trial) {
            rest -= trial;
            root += bit;
        }
    }
    *exponent = e;
    return ((UINT32_C(1) << 31) + root / 2u) / root;
}

#endif
