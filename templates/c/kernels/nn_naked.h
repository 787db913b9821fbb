#ifndef NN_NAKED_H
#define NN_NAKED_H
#include "nn_once.h"

/* A function that is all assembly: no prologue, no register of the caller assumed to be kept but by what it pushes. Aligned as
 * ADR takes it to be. */
#if defined(__clang__)
#define NN_NAKED __attribute__((naked, noinline, unused, aligned(4))) static
#else
#define NN_NAKED __attribute__((naked, noipa, unused, aligned(4))) static
#endif
/* Not worth registers of its caller: the rare side of a branch. */
#define NN_RARE __attribute__((noinline, unused)) static
/* Worth its place in every caller, where gcc would rather save code: with -Os as well, shapes become numbers. */
#define NN_INLINE __attribute__((always_inline)) static inline
/* A parameter that only the assembly sees. */
#define NN_ASM_ARG __attribute__((unused))

#endif
