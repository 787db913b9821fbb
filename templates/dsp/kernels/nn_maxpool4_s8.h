#ifndef NN_MAXPOOL4_S8_H
#define NN_MAXPOOL4_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_dsp.h"
#include "nn_load4.h"
#include "nn_store4.h"

/* The larger of each two bytes, signed: 2 instructions. */
static inline uint32_t nn_max4_s8(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(r) : "r"(a), "r"(b) : "cc");
    return r;
#else
    uint32_t r = 0;
    for (int32_t i = 0; i < 32; i += 8) {
        const int8_t p = (int8_t)((a >> i) & 0xFFu), q = (int8_t)((b >> i) & 0xFFu);
        r |= ((uint32_t)((p > q) ? p : q) & 0xFFu) << i;
    }
    return r;
#endif
}

/* Maximum over windows of at least four channels, four at a time, the last four over some of those before where they are no
 * multiple; positions outside the image do not count. The result is not clamped. */
static inline void nn_maxpool4_s8(const nn_conv_shape *s, const int8_t *x, int8_t *y)
{
    const int32_t next = s->dilation_w * s->in_c;

    for (int32_t n = 0; n < s->batch; n++) {
        for (int32_t oy = 0; oy < s->out_h; oy++) {
            for (int32_t ox = 0; ox < s->out_w; ox++) {
                const int32_t top = oy * s->stride_h - s->pad_top, left = ox * s->stride_w - s->pad_left;
                for (int32_t group = 0; group < s->in_c; group += 4) {
                    const int32_t c = (group + 4 <= s->in_c) ? group : s->in_c - 4;
                    uint32_t most = 0x80808080u;
                    for (int32_t iy = top; iy < top + s->kernel_h * s->dilation_h; iy += s->dilation_h) {
                        const int8_t *p = x + (iy * s->in_w + left) * s->in_c + c;
                        if (iy < 0 || iy >= s->in_h) {
                            continue;
                        }
                        for (int32_t ix = left; ix < left + s->kernel_w * s->dilation_w; ix += s->dilation_w) {
                            if (ix >= 0 && ix < s->in_w) {
                                most = nn_max4_s8(most, nn_load4(p));
                            }
                            p += next;
                        }
                    }
                    nn_store4(y + c, most);
                }
                y += s->in_c;
            }
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
