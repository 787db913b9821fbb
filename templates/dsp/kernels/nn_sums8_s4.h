#ifndef NN_SUMS8_S4_H
#define NN_SUMS8_S4_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load4.h"

/* Sums of eight codes that lie two to a byte, each with 8 more, over at most 255 cells: sums[k] has those of codes k and k + 4. */
static inline void nn_sums8_s4(const nn_conv_shape *s, const uint8_t *x, uint32_t sums[4])
{
    const uint32_t halves = 0x0F0F0F0Fu, bytes = 0x00FF00FFu;
    const int32_t pixel = s->in_c / 2, next = s->dilation_w * pixel, pitch = s->dilation_h * s->in_w * pixel;
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    for (int32_t ky = s->kernel_h; ky > 0; ky--) {
        const uint8_t *p = x;
        for (int32_t kx = s->kernel_w; kx > 0; kx -= 16) {
            uint32_t even = 0, odd = 0; /* 16 codes fit a byte */
            for (int32_t i = (kx < 16) ? kx : 16; i > 0; i--) {
                const uint32_t v = nn_load4((const int8_t *)p) ^ 0x88888888u;
                even += v & halves;
                odd += (v >> 4) & halves;
                p += next;
            }
            s0 += even & bytes;
            s1 += odd & bytes;
            s2 += (even >> 8) & bytes;
            s3 += (odd >> 8) & bytes;
        }
        x += pitch;
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

#endif
