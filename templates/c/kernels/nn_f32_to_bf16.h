#ifndef NN_F32_TO_BF16_H
#define NN_F32_TO_BF16_H
#include <stdint.h>
#include <string.h>

/* The nearest bfloat16, ties to even; NaN becomes 0x7fc0. */
static inline uint16_t nn_f32_to_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);

    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return 0x7fc0u;
    }
    return (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

#endif
