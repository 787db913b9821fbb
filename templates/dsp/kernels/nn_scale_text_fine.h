#ifndef NN_SCALE_TEXT_FINE_H
#define NN_SCALE_TEXT_FINE_H
#include "nn_scale_words_text.h"

/* Instructions that make results of sums, half to even, where the bias has a fraction of a step: fraction * 2^(31 - bits) + sum
 * becomes sum * 2^bits + fraction. r11: half a step of the fraction, lr: 31 - bits. */
#define NN_FINE_SETUP "rsb lr, r12, #31\n\tmov r2, #1\n\tlsl r11, r2, lr\n\tasr r11, r11, #1\n\t"
#define NN_FINE_SUM \
    "add r4, r2, r11\n\tasr r4, r4, lr\n\tlsl r8, r4, lr\n\tsub r2, r2, r8\n\tlsl r2, r2, r12\n\tadd r2, r2, r4\n\t"
#define nn_scale_text_fine(SUMS) NN_SCALE_WORDS(SUMS, NN_FINE_SETUP, NN_FINE_SUM, "#6")

#endif
