#ifndef NN_SCALE_TEXT_H
#define NN_SCALE_TEXT_H

/* Instructions that make results of sums, half up: one for each. SUMS(OP): OP(sum, multiplier) for each; r12: the zero point. */
#define NN_SCALE_UP(A, M) "smmlar " A ", " A ", " M ", r12\n\t"
#define nn_scale_text(SUMS) SUMS(NN_SCALE_UP)

/* The sums and multipliers of kernels that finish four at a time. */
#define NN_SUMS4(OP) OP("r0", "r8") OP("r1", "r9") OP("r2", "r10") OP("r3", "r11")

#endif
