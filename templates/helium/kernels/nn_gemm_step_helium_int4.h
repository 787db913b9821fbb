#ifndef NN_GEMM_STEP_HELIUM_INT4_H
#define NN_GEMM_STEP_HELIUM_INT4_H

/* 16 codes of two windows times those of four rows, two rows to a vector: 16 instructions for 128 products (0.13 each). A shift
 * and a mask (q5) bring each row's to the highest bits: sums are 16 times as large. */
#define NN_GEMM_ROWS_INT4(OP, A0, B0, A1, B1) \
    "vshl.i8 q3, q2, #4\n\tvand q2, q2, q5\n\t" OP " " A0 ", q0, q3\n\t" OP " " B0 ", q1, q3\n\t" OP " " A1 ", q0, q2\n\t" \
    OP " " B1 ", q1, q2\n\t"
#define nn_gemm_step_helium_int4(OP) \
    "vldrb.8 q2, [r3], #16\n\tvldrb.8 q0, [r1], #16\n\tvldrb.8 q1, [r5], #16\n\t" NN_GEMM_ROWS_INT4(OP, "r0", "r8", "r2", "r10") \
    "vldrb.8 q2, [r3], #16\n\t" NN_GEMM_ROWS_INT4(OP, "r4", "r12", "r6", "lr")

#endif
