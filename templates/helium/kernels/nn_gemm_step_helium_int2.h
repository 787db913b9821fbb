#ifndef NN_GEMM_STEP_HELIUM_INT2_H
#define NN_GEMM_STEP_HELIUM_INT2_H

/* 16 codes of two windows times those of four rows in one vector: 17 instructions for 128 products (0.13 each). Shifts and a
 * mask (q5) bring each row's to the highest bits: sums are 64 times as large. */
#define nn_gemm_step_helium_int2(OP) \
    "vldrb.8 q2, [r3], #16\n\tvldrb.8 q0, [r1], #16\n\tvldrb.8 q1, [r5], #16\n\tvshl.i8 q3, q2, #6\n\t" \
    OP " r0, q0, q3\n\t" OP " r8, q1, q3\n\tvshl.i8 q3, q2, #4\n\tvand q3, q3, q5\n\t" OP " r2, q0, q3\n\t" OP " r10, q1, q3\n\t" \
    "vshl.i8 q3, q2, #2\n\tvand q3, q3, q5\n\tvand q2, q2, q5\n\t" OP " r4, q0, q3\n\t" OP " r12, q1, q3\n\t" \
    OP " r6, q0, q2\n\t" OP " lr, q1, q2\n\t"

#endif
