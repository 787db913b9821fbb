#ifndef NN_GEMM_STEP_HELIUM_S8_H
#define NN_GEMM_STEP_HELIUM_S8_H

/* 16 codes of two windows times those of four rows, a vector each: 14 instructions for 128 products (0.11 each). */
#define nn_gemm_step_helium_s8(OP) \
    "vldrb.8 q0, [r1], #16\n\tvldrb.8 q2, [r3], #16\n\tvldrb.8 q1, [r5], #16\n\t" OP " r0, q0, q2\n\tvldrb.8 q3, [r3], #16\n\t" \
    OP " r8, q1, q2\n\t" OP " r2, q0, q3\n\tvldrb.8 q2, [r3], #16\n\t" OP " r10, q1, q3\n\t" OP " r4, q0, q2\n\t" \
    "vldrb.8 q3, [r3], #16\n\t" OP " r12, q1, q2\n\t" OP " r6, q0, q3\n\t" OP " lr, q1, q3\n\t"

#endif
