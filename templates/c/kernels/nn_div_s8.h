#ifndef NN_DIV_S8_H
#define NN_DIV_S8_H
#include <stdint.h>

/* clamp(zero_point + round(n * factor / (d * 2^shift))), half away from zero; n and d are codes without their zero
 * points. 0 / 0 is 0, all else by 0 is beyond every code. |n| * factor < 2^31, |d| * 2^shift < 2^30. */
static inline int8_t nn_div_s8(int32_t n, int32_t d, uint32_t factor, int32_t shift, int32_t zero_point, int32_t min,
                               int32_t max)
{
    const uint32_t size = (uint32_t)((n < 0) ? -n : n);
    const uint32_t unit = (uint32_t)((d < 0) ? -d : d) << shift;
    int32_t steps = (n == 0) ? 0 : 512;

    if (d != 0) {
        const uint32_t quotient = (size * factor + unit / 2u) / unit;
        steps = (quotient > 512u) ? 512 : (int32_t)quotient;
    }
    steps = ((n < 0) != (d < 0)) ? -steps : steps;
    steps += zero_point;
    steps = (steps < min) ? min : steps;
    steps = (steps > max) ? max : steps;
    return (int8_t)steps;
}

#endif
