#ifndef NN_SCALE_WORDS_TEXT_H
#define NN_SCALE_WORDS_TEXT_H

/* Products of 64 bits, half to even, in place of a multiplication that rounds half up, 30 instructions for each sum: sums in r0 .. r7, words of
 * mantissa and exponent in r8 .. r11 go to the stack, and results come back. r12: the zero point, and left_shift in its upper half.
 *
 *     r2  sum, then twice its size      r4  shift - 32, at least 1      r7  step              r10  zero point
 *     r3  mantissa                      r5, r6  product                 r8, r9  temporary     r12  left_shift
 *
 * SETUP: instructions before the loop, for r11 and lr. SUM: what makes the sum in r2. LESS: what the exponent is more than r4. */
#define NN_ONE_MORE(A, M) "+1"
#define NN_SCALE_WORDS(SUMS, SETUP, SUM, LESS) \
    "push {r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t" \
    "uxth r10, r12\n\tlsr r12, r12, #16\n\tadd r1, sp, #32\n\t" SETUP "mov r0, #(0" SUMS(NN_ONE_MORE) ")*4\n" \
    "7:\n\tsub r0, r0, #4\n\tldr r2, [sp, r0]\n\tand r3, r0, #12\n\tldr r3, [r1, r3]\n\t" SUM \
    "and r4, r3, #31\n\tsub r4, r4, " LESS "\n\tasr r3, r3, #5\n\t" \
    "smull r5, r6, r2, r3\n\tcmp r2, #0\n\tit mi\n\trsbmi r2, r2, #0\n\tadds r5, r5, r2\n\tadc r6, r6, #0\n\tlsl r2, r2, #1\n\t" \
    "sub r8, r4, #1\n\tmov r9, #1\n\tlsl r9, r9, r8\n\tadd r6, r6, r9\n\tasr r7, r6, r4\n\tlsl r8, r7, r4\n\tand r9, r7, #1\n\t" \
    "cmp r8, r6\n\tit eq\n\tcmpeq r2, r5\n\tit hs\n\tsubhs r7, r7, r9\n\t" \
    "add r7, r7, r10\n\tstr r7, [sp, r0]\n\tcmp r0, #0\n\tbne 7b\n\t" \
    "pop {r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t"

/* The sums and multipliers of kernels that finish four at a time. */
#define NN_SUMS4(OP) OP("r0", "r8") OP("r1", "r9") OP("r2", "r10") OP("r3", "r11")

#endif
