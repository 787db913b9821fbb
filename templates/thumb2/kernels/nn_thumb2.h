#ifndef NN_THUMB2_H
#define NN_THUMB2_H

/* Instructions of Armv7-M and Armv8-M Mainline. Where there is no such core, as in a firmware's unit tests on a PC, each kernel is the
 * same in C. */
#if defined(__thumb2__)
#define NN_HAS_THUMB2 1
#elif defined(__arm__)
#error "this model was compiled for a core with Thumb-2; choose another target for this one"
#else
#define NN_HAS_THUMB2 0
#endif

#endif
