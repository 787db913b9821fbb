#ifndef NN_DENSE_STEP_HELIUM_S8_H
#define NN_DENSE_STEP_HELIUM_S8_H

/* 16 codes times those of eight rows, a vector each: 17 instructions for 128 products (0.13 each). */
#define NN_DENSE_ROW_S8(Q, ROW) "vldrb.8 " Q ", [r3], #16\n\tvmladava.s8 " ROW ", q0, " Q "\n\t"
#define nn_dense_step_helium_s8() \
    "vldrb.8 q0, [r1], #16\n\t" NN_DENSE_ROW_S8("q1", "r0") NN_DENSE_ROW_S8("q2", "r2") NN_DENSE_ROW_S8("q3", "r4") \
    NN_DENSE_ROW_S8("q1", "r6") NN_DENSE_ROW_S8("q2", "r8") NN_DENSE_ROW_S8("q3", "r10") NN_DENSE_ROW_S8("q1", "r12") \
    NN_DENSE_ROW_S8("q2", "lr")

#endif
