#ifndef NN_SCALE_TEXT_WIDE_H
#define NN_SCALE_TEXT_WIDE_H

/* Instructions that make results of sums, half up, with multipliers of 31 bits: two for each, three for all. SUMS(OP):
 * OP(sum, multiplier) for each. r12 holds zero point and half a step,
 * times 2^shift: an odd number times 2^(shift - 1), which tells the shift. r8 is lost. */
#define NN_SCALE_WIDE(A, M) "smmla " A ", " A ", " M ", r12\n\t"
#define NN_SCALE_DOWN(A, M) "asr " A ", " A ", r8\n\t"
#define nn_scale_text_wide(SUMS) SUMS(NN_SCALE_WIDE) "rbit r8, r12\n\tclz r8, r8\n\tadd r8, r8, #1\n\t" SUMS(NN_SCALE_DOWN)

/* The sums and multipliers of kernels that finish four at a time. */
#define NN_SUMS4(OP) OP("r0", "r8") OP("r1", "r9") OP("r2", "r10") OP("r3", "r11")

#endif
