#ifndef NN_GEMM_STEP_HELIUM_PAIRS_H
#define NN_GEMM_STEP_HELIUM_PAIRS_H

/* 16 codes of two windows times those of four rows, looked up two at a time (r11): 18 instructions for 128 products (0.14 each). */
#define NN_GEMM_ROW_PAIRS(OP, A, B) \
    "vldrb.u16 q2, [r3], #8\n\tvldrh.u16 q3, [r11, q2, uxtw #1]\n\t" OP " " A ", q0, q3\n\t" OP " " B ", q1, q3\n\t"
#define nn_gemm_step_helium_pairs(OP) \
    "vldrb.8 q0, [r1], #16\n\tvldrb.8 q1, [r5], #16\n\t" NN_GEMM_ROW_PAIRS(OP, "r0", "r8") NN_GEMM_ROW_PAIRS(OP, "r2", "r10") \
    NN_GEMM_ROW_PAIRS(OP, "r4", "r12") NN_GEMM_ROW_PAIRS(OP, "r6", "lr")

#endif
