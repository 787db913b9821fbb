#ifndef NN_F32_TO_F16_H
#define NN_F32_TO_F16_H
#include <stdint.h>
#include <string.h>

/* The nearest IEEE 754 binary16, ties to even; from 65520 on infinity; NaN becomes 0x7e00. */
static inline uint16_t nn_f32_to_f16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t sign = (bits >> 16) & 0x8000u;
    const uint32_t magnitude = bits & 0x7fffffffu;
    const uint32_t exponent = magnitude >> 23;
    uint32_t units = magnitude - 0x38000000u; /* both formats in units of 2^-23 of the exponent, rebiased */
    uint32_t shift = 13u;

    if (magnitude > 0x7f800000u) {
        return 0x7e00u;
    }
    if (magnitude >= 0x477ff000u) {
        return (uint16_t)(sign | 0x7c00u);
    }
    if (exponent < 102u) {
        return (uint16_t)sign;
    }
    if (exponent < 113u) { /* subnormal: the fraction with its hidden bit, in units of 2^-24 */
        units = (magnitude & 0x7fffffu) | 0x800000u;
        shift = 126u - exponent;
    }
    const uint32_t whole = units >> shift;
    const uint32_t rest = units & ((1u << shift) - 1u);
    const uint32_t half = 1u << (shift - 1u);
    const uint32_t up = (rest > half || (rest == half && (whole & 1u) != 0u)) ? 1u : 0u;
    return (uint16_t)(sign | (whole + up));
}

#endif
