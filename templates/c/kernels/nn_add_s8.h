#ifndef NN_ADD_S8_H
#define NN_ADD_S8_H
#include <stdint.h>

/* clamp((x1 * a + x2 * b + c) >> shift): both scales, the zero points and the rounding in one sum that fits int32. */
static inline int8_t nn_add_s8(int32_t x1, int32_t x2, int32_t a, int32_t b, int32_t c, int32_t shift, int32_t min,
                               int32_t max)
{
    int32_t code = (x1 * a + x2 * b + c) >> shift;

    code = (code < min) ? min : code;
    code = (code > max) ? max : code;
    return (int8_t)code;
}

#endif
