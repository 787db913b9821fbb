#ifndef NN_CONV2D_PATCH_4X2_S8_H
#define NN_CONV2D_PATCH_4X2_S8_H
#include <stdint.h>
#include "nn_conv_shape.h"
#include "nn_gemm_4x2_s8.h"
#include "nn_next_window.h"
#include "nn_patch_rows_s8.h"
#include "nn_widen2_s8.h"

/* 2-D convolution of any shape: the windows of two pixels are gathered as bytes, then widened. words: 32-bit words of the
 * two widened windows, a multiple of four. w: a stream of nn_gemm_4x2_s8 for each group, `stream` words each. pairs: `words`
 * words. patch: 2 * words + 8 bytes, then the codes of two pixels of a group, `rows` (rounded up to a multiple of four) each,
 * where a group's outputs are no multiple of four; rows: 0 where they are one. */
static inline void nn_conv2d_patch_4x2_s8(const nn_conv_shape *s, int32_t zero_point, const int8_t *x,
                                          int32_t input_zero_point, const uint32_t *w, int32_t stream, uint32_t *pairs,
                                          int32_t words, int8_t *patch, int32_t rows, int8_t *y)
{
    const int32_t in_c = s->in_c / s->groups, out_c = s->out_c / s->groups;
    const int32_t plain = (s->groups == 1 && s->dilation_h == 1 && s->dilation_w == 1) ? 1 : 0;
    const int32_t right = s->in_w - s->kernel_w - s->stride_w, bottom = s->in_h - s->kernel_h;
    int8_t *second = patch + words + 4, *codes = second + words + 4;

    for (int32_t n = 0; n < s->batch; n++) {
        nn_window at = { -s->pad_top, -s->pad_left, 0 };
        for (int32_t pixels = s->out_h * s->out_w; pixels > 0; pixels -= 2) {
            const int32_t step = (pixels > 1) ? s->out_c : 0;
            /* Rows of both windows lie inside of the image, above its last row. */
            const int32_t inside = (plain != 0 && at.left >= 0 && at.left <= right && at.top >= 0 && at.top < bottom &&
                                    at.ox + 1 < s->out_w) ? 1 : 0;
            const nn_window first = at;
            nn_next_window(s, &at);
            for (int32_t g = 0; g < s->groups; g++) {
                const uint32_t *from = w + g * stream;
                if (inside != 0) {
                    nn_copy_rows2_s8(s, x + (first.top * s->in_w + first.left) * s->in_c, patch, second);
                } else {
                    nn_patch_rows_s8(s, x, input_zero_point, first.top, first.left, g * in_c, in_c, patch);
                    if (step != 0) {
                        nn_patch_rows_s8(s, x, input_zero_point, at.top, at.left, g * in_c, in_c, second);
                    }
                }
                (void)nn_widen2_s8(patch, second, words, pairs);
                if (rows == 0) {
                    nn_gemm_4x2_s8(y + g * out_c, step, from + stream, pairs, from, pairs + words, zero_point);
                } else {
                    nn_gemm_4x2_s8(codes, rows, from + stream, pairs, from, pairs + words, zero_point);
                    (void)nn_copy_s8(y + g * out_c, codes, out_c);
                    if (step != 0) {
                        (void)nn_copy_s8(y + step + g * out_c, codes + rows, out_c);
                    }
                }
            }
            nn_next_window(s, &at);
            y += s->out_c + step;
        }
        x += s->in_h * s->in_w * s->in_c;
    }
}

#endif
