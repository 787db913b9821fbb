#ifndef NN_HELIUM_H
#define NN_HELIUM_H

/* Kernels for vectors of 16 codes (Helium, MVE). Where there is no such core, as in a firmware's unit tests on a PC, each is the
 * same in C. */
#if defined(__ARM_FEATURE_MVE)
#define NN_HAS_MVE 1
/* Here, not above: only compilers for such a core have it. */
# include <arm_mve.h>
#elif defined(__arm__)
#error "this model was compiled for a core with Helium; choose another target for this one"
#else
#define NN_HAS_MVE 0
#endif

#endif
