#ifndef NN_F16_TO_F32_H
#define NN_F16_TO_F32_H
#include <stdint.h>
#include <string.h>

/* The number that 16 bits of IEEE 754 binary16 stand for: exact. */
static inline float nn_f16_to_f32(uint16_t half)
{
    const uint32_t exponent = (half >> 10) & 31u;
    const uint32_t fraction = half & 0x3ffu;
    float value = (float)fraction * 5.9604644775390625e-8f; /* subnormal: units of 2^-24 */
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    if (exponent == 31u) {
        bits = 0x7f800000u | (fraction << 13);
    } else if (exponent != 0u) {
        bits = ((exponent + 112u) << 23) | (fraction << 13);
    }
    bits |= (uint32_t)(half & 0x8000u) << 16;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
