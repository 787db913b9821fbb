#ifndef NN_CONV2D_WINOGRAD_S8_H
#define NN_CONV2D_WINOGRAD_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_load4.h"
#include "nn_store4.h"
#include "nn_winograd_input_s8.h"
#include "nn_winograd_output_s8.h"
#include "nn_winograd_products_s8.h"

/* The tile of 4 x 4 pixels at (top, left), also over borders, transformed to every other word of v. patch: 16 * in_c bytes. */
static inline void nn_winograd_tile_s8(const nn_conv_shape *s, const int8_t *x, int32_t zero_point, int32_t top,
                                       int32_t left, int8_t *patch, uint32_t *v)
{
    const int32_t channels = s->in_c, pitch = s->in_w * s->in_c;
    const uint32_t zero = ((uint32_t)zero_point & 0xFFu) * 0x01010101u;
    const int32_t inside = (top >= 0 && top + 4 <= s->in_h && left >= 0 && left + 4 <= s->in_w) ? 1 : 0;
    int8_t *to = patch;

    for (int32_t i = 0; inside == 0 && i < 16; i++) {
        const int32_t iy = top + i / 4, ix = left + i % 4;
        const int32_t covered = (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) ? 1 : 0;
        const int8_t *from = covered ? x + iy * pitch + ix * channels : x;
        for (int32_t c = 0; c < channels; c += 4) {
            nn_store4(to, covered ? nn_load4(from + c) : zero);
            to += 4;
        }
    }
    nn_winograd_input_s8(inside ? x + top * pitch + left * channels : patch, inside ? pitch : 4 * channels, channels, v);
}

/* 3x3 convolution of one image without stride, groups or dilation, channels in fours, by F(2x2, 3x3) in integers: tiles of 2 x 2
 * outputs, two side by side at a time. 4 G g G' fits int16 (at most 9 * 128), B' d B, too (4 * 128); the sums of their products
 * are four times those of the convolution, and right modulo 2^32. u[out / 4][16][in / 2][4]; bias: pairs of bias and multiplier
 * for each output. v: 16 * in_c words, then 128 sums, then a patch of 16 * in_c bytes. */
static inline void nn_conv2d_winograd_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x,
                                         int32_t input_zero_point, const uint32_t *u, const int32_t *bias, uint32_t *v, int8_t *y)
{
    const int32_t row = s->out_w * s->out_c;
    int32_t *sums = (int32_t *)(v + 16 * s->in_c);
    int8_t *patch = (int8_t *)(sums + 128);

    for (int32_t oy = 0; oy < s->out_h; oy += 2) {
        for (int32_t ox = 0; ox < s->out_w; ox += 4) {
            const uint32_t *w = u;
            nn_winograd_tile_s8(s, x, input_zero_point, oy - s->pad_top, ox - s->pad_left, patch, v);
            nn_winograd_tile_s8(s, x, input_zero_point, oy - s->pad_top, ox + 2 - s->pad_left, patch, v + 1);
            for (int32_t c = 0; c < s->out_c; c += 4) {
                nn_winograd_products_s8(v, w, sums, sums + 128, 4 * s->in_c);
                w += 32 * s->in_c;
                for (int32_t t = 0; t < 4 && ox + t < s->out_w; t += 2) {
                    int8_t *to = y + oy * row + (ox + t) * s->out_c + c;
                    if (oy + 1 < s->out_h && ox + t + 1 < s->out_w) {
                        nn_winograd_output_s8(sums + 2 * t, to, bias + 2 * c, zero_point, s->out_c, row);
                    } else {
                        int8_t codes[16];
                        nn_winograd_output_s8(sums + 2 * t, codes, bias + 2 * c, zero_point, 4, 8);
                        nn_store4(to, nn_load4(codes));
                        if (ox + t + 1 < s->out_w) {
                            nn_store4(to + s->out_c, nn_load4(codes + 4));
                        }
                        if (oy + 1 < s->out_h) {
                            nn_store4(to + row, nn_load4(codes + 8));
                        }
                    }
                }
            }
        }
    }
}

#endif
