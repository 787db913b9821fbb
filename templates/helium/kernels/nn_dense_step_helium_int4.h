#ifndef NN_DENSE_STEP_HELIUM_INT4_H
#define NN_DENSE_STEP_HELIUM_INT4_H

/* 16 codes times those of eight rows, two rows to a vector: 21 instructions for 128 products (0.16 each). A shift
 * and a mask bring each row's to the highest bits: sums are 16 times as large. */
#define NN_DENSE_ROWS_INT4(R0, R1) \
    "vldrb.8 q2, [r3], #16\n\tvshl.i8 q3, q2, #4\n\tvand q2, q2, q5\n\tvmladava.s8 " R0 ", q0, q3\n\tvmladava.s8 " R1 ", q0, q2\n\t"
#define nn_dense_step_helium_int4() \
    "vldrb.8 q0, [r1], #16\n\t" NN_DENSE_ROWS_INT4("r0", "r2") NN_DENSE_ROWS_INT4("r4", "r6") NN_DENSE_ROWS_INT4("r8", "r10") \
    NN_DENSE_ROWS_INT4("r12", "lr")

#endif
