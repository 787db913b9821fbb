#ifndef NN_DIV_EVEN_S8_H
#define NN_DIV_EVEN_S8_H
#include <stdint.h>

/* clamp(zero_point + round(n * factor / (d * 2^shift))), half to even; n and d are codes without their zero points. By 0 all
 * is beyond every code, 0 / 0 below them. factor < 2^31, shift <= 54. */
static inline int8_t nn_div_even_s8(int32_t n, int32_t d, uint32_t factor, int32_t shift, int32_t zero_point, int32_t min,
                                    int32_t max)
{
    const uint32_t size = (uint32_t)((n < 0) ? -n : n);
    const uint64_t unit = (uint64_t)((d < 0) ? -d : d) << shift;
    int32_t steps = (n > 0) ? 512 : -512;

    if (d != 0) {
        const uint64_t sum = (uint64_t)size * factor + unit / 2u;
        const uint64_t quotient = sum / unit;
        steps = (quotient > 512u) ? 512 : (int32_t)quotient;
        if (sum - quotient * unit == 0u && (unit & 1u) == 0u) {
            steps -= steps & 1;
        }
        steps = ((n < 0) != (d < 0)) ? -steps : steps;
    }
    steps += zero_point;
    steps = (steps < min) ? min : steps;
    steps = (steps > max) ? max : steps;
    return (int8_t)steps;
}

#endif
