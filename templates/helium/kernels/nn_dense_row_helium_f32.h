#ifndef NN_DENSE_ROW_HELIUM_F32_H
#define NN_DENSE_ROW_HELIUM_F32_H
#include <stdint.h>
#include "nn_clamp_f32.h"
#include "nn_helium.h"
#include "nn_naked.h"

typedef struct {
    const float *x, *stream;
    int32_t count;
    float *y;
    int32_t outputs;
    float min, max;
} nn_row_helium;

/* One row times eight rows of weights at a time: 18 instructions for 32 products (0.56 each), 32 more for the 8 results. stream, for each
 * eight outputs: bias [8], weights [numbers][8]. Products are fused with their sums; numbers below 2^-126 are zeros, as Helium
 * has them. NaN stays NaN. */
#if NN_HAS_MVE
#define NN_ROW_STEP(X) "vldrw.32 q2, [r10], #16\n\tvldrw.32 q3, [r10], #16\n\tvfma.f32 q0, q2, " X "\n\tvfma.f32 q1, q3, " X "\n\t"
/* Not as Q lt min, which NaN is, too. */
#define NN_ROW_CLAMP(Q) "vpt.f32 gt, q2, " Q "\n\tvmovt " Q ", q2\n\tvpt.f32 gt, " Q ", r3\n\tvdupt.32 " Q ", r3\n\t"

NN_NAKED void nn_row_helium_f32(nn_row_helium *row NN_ASM_ARG)
{
    __asm__("push {r4, r5, r6, r7, r10, lr}\n\tmov r12, r0\n\tldr r10, [r12, #4]\n"
            "1:\n\tvldrw.32 q0, [r10], #16\n\tvldrw.32 q1, [r10], #16\n\tldr r0, [r12]\n\tldr r2, [r12, #8]\n\tlsrs lr, r2, #2\n\tbeq 3f\n"
            "2:\n\tldm r0!, {r4, r5, r6, r7}\n\t" NN_ROW_STEP("r4") NN_ROW_STEP("r5") NN_ROW_STEP("r6") NN_ROW_STEP("r7") "le lr, 2b\n"
            "3:\n\tands lr, r2, #3\n\tbeq 5f\n"
            "4:\n\tldr r4, [r0], #4\n\t" NN_ROW_STEP("r4") "le lr, 4b\n"
            "5:\n\tldrd r2, r3, [r12, #20]\n\tvdup.32 q2, r2\n\t" NN_ROW_CLAMP("q0") NN_ROW_CLAMP("q1")
            "ldrd r4, r6, [r12, #12]\n\tvctp.32 r6\n\tvpst\n\tvstrwt.32 q0, [r4], #16\n\t"
            "subs r7, r6, #4\n\tit mi\n\tmovmi r7, #0\n\tvctp.32 r7\n\tvpst\n\tvstrwt.32 q1, [r4], #16\n\t"
            "subs r6, r6, #8\n\tstrd r4, r6, [r12, #12]\n\tbgt 1b\n\t"
            "pop {r4, r5, r6, r7, r10, pc}");
}
#else
static inline void nn_row_helium_f32(nn_row_helium *row)
{
    for (int32_t o = 0; o < row->outputs; o++) {
        const float *bias = row->stream + o / 8 * 8 * (row->count + 1) + o % 8;
        float sum = *bias;

        for (int32_t i = 0; i < row->count; i++) {
            sum += row->x[i] * bias[8 * (i + 1)];
        }
        row->y[o] = nn_clamp_f32(sum, row->min, row->max);
    }
}
#endif

/* y[out] = clamp(x[in] . w[out][in] + bias[out]). */
static inline void nn_dense_row_helium_f32(int32_t in, int32_t out, const float *x, const float *stream, float min, float max,
                                           float *y)
{
    nn_row_helium row = { .x = x, .stream = stream, .count = in, .y = y, .outputs = out, .min = min, .max = max };

    nn_row_helium_f32(&row);
}

#endif
