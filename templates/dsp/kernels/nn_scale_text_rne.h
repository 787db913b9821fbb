#ifndef NN_SCALE_TEXT_RNE_H
#define NN_SCALE_TEXT_RNE_H
#include "nn_scale_words_text.h"

/* Instructions that make results of sums with words of mantissa and exponent, half to even. */
#define nn_scale_text_rne(SUMS) NN_SCALE_WORDS(SUMS, "add r11, r12, #6\n\t", "", "r11")

#endif
