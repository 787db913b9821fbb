#ifndef NN_BF16_TO_F32_H
#define NN_BF16_TO_F32_H
#include <stdint.h>
#include <string.h>

/* bfloat16 is the upper half of a float: exact. */
static inline float nn_bf16_to_f32(uint16_t half)
{
    const uint32_t bits = (uint32_t)half << 16;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
