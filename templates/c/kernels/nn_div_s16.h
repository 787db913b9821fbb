#ifndef NN_DIV_S16_H
#define NN_DIV_S16_H
#include <stdint.h>

/* clamp(zero_point + round(n * factor / (d * 2^shift))), half away from zero; n and d are codes of 16 bits without their zero
 * points. 0 / 0 is 0, all else by 0 is beyond every code. factor < 2^31, shift <= 30. */
static inline int16_t nn_div_s16(int32_t n, int32_t d, uint32_t factor, int32_t shift, int32_t zero_point, int32_t min,
                                 int32_t max)
{
    const uint32_t size = (uint32_t)((n < 0) ? -n : n);
    const uint64_t unit = (uint64_t)((d < 0) ? -d : d) << shift;
    int32_t steps = (n == 0) ? 0 : 131072;

    if (d != 0) {
        const uint64_t quotient = ((uint64_t)size * factor + unit / 2u) / unit;
        steps = (quotient > 131072u) ? 131072 : (int32_t)quotient;
    }
    steps = ((n < 0) != (d < 0)) ? -steps : steps;
    steps += zero_point;
    steps = (steps < min) ? min : steps;
    steps = (steps > max) ? max : steps;
    return (int16_t)steps;
}

#endif
