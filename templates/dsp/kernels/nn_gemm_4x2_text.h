#ifndef NN_GEMM_4X2_TEXT_H
#define NN_GEMM_4X2_TEXT_H

/* Instructions of kernels that multiply groups of four outputs with two windows, in the registers that they draw. */
#define NN_GEMM_4X2_STEP \
    "ldrd r8, r9, [r12], #8\n\tldrd r10, r11, [lr], #8\n\t" \
    "smlad r1, r10, r8, r1\n\tsmlad r5, r10, r9, r5\n\tsxtb16 r10, r10\n\t" \
    "smlad r3, r11, r8, r3\n\tsmlad r7, r11, r9, r7\n\tsxtb16 r11, r11\n\t" \
    "smlad r0, r10, r8, r0\n\tsmlad r4, r10, r9, r4\n\tsmlad r2, r11, r8, r2\n\tsmlad r6, r11, r9, r6\n\t"
#define NN_GEMM_4X2_SUMS(OP) \
    OP("r0", "r8") OP("r4", "r8") OP("r1", "r9") OP("r5", "r9") OP("r2", "r10") OP("r6", "r10") OP("r3", "r11") OP("r7", "r11")
/* The first step, from bias 0 and 2 in r0 and r2. */
#define NN_GEMM_4X2_FIRST \
    "ldrd r8, r9, [r12], #8\n\tldrd r10, r11, [lr], #8\n\t" \
    "smlad r1, r10, r8, r0\n\tsmlad r5, r10, r9, r0\n\tsxtb16 r10, r10\n\t" \
    "smlad r3, r11, r8, r2\n\tsmlad r7, r11, r9, r2\n\tsxtb16 r11, r11\n\t" \
    "smlad r4, r10, r9, r0\n\tsmlad r0, r10, r8, r0\n\tsmlad r6, r11, r9, r2\n\tsmlad r2, r11, r8, r2\n\t"

#endif
