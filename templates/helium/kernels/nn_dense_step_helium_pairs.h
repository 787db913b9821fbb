#ifndef NN_DENSE_STEP_HELIUM_PAIRS_H
#define NN_DENSE_STEP_HELIUM_PAIRS_H

/* 16 codes times those of eight rows, looked up two at a time (r11): 25 instructions for 128 products (0.2 each). */
#define NN_DENSE_ROW_PAIRS(ROW) \
    "vldrb.u16 q2, [r3], #8\n\tvldrh.u16 q3, [r11, q2, uxtw #1]\n\tvmladava.s8 " ROW ", q0, q3\n\t"
#define nn_dense_step_helium_pairs() \
    "vldrb.8 q0, [r1], #16\n\t" NN_DENSE_ROW_PAIRS("r0") NN_DENSE_ROW_PAIRS("r2") NN_DENSE_ROW_PAIRS("r4") \
    NN_DENSE_ROW_PAIRS("r6") NN_DENSE_ROW_PAIRS("r8") NN_DENSE_ROW_PAIRS("r10") NN_DENSE_ROW_PAIRS("r12") NN_DENSE_ROW_PAIRS("lr")

#endif
