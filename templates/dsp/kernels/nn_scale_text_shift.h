#ifndef NN_SCALE_TEXT_SHIFT_H
#define NN_SCALE_TEXT_SHIFT_H

/* Instructions that make results of sums with multipliers 2^(32 - shift), half to even: four for each. SUMS(OP):
 * OP(sum, multiplier) for each; r12: the zero point. Sums come one less: a tie then lies
 * below the half, and an odd whole part is added to lift it. */
#define NN_SCALE_EVEN(A, M) "smmul lr, " A ", " M "\n\tand lr, lr, #1\n\tadd " A ", " A ", lr\n\tsmmlar " A ", " A ", " M ", r12\n\t"
#define nn_scale_text_shift(SUMS) "push {lr}\n\t" SUMS(NN_SCALE_EVEN) "pop {lr}\n\t"

/* The sums and multipliers of kernels that finish four at a time. */
#define NN_SUMS4(OP) OP("r0", "r8") OP("r1", "r9") OP("r2", "r10") OP("r3", "r11")

#endif
