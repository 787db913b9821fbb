#ifndef NN_DSP_H
#define NN_DSP_H

/* Instructions of the Armv7E-M and Armv8-M DSP extension that C has no operator for. Where there is no such core, as in a
 * firmware's unit tests on a PC, each is the same in C. */
#if defined(__ARM_FEATURE_DSP)
#define NN_HAS_DSP 1
#elif defined(__arm__)
#error "this model was compiled for a core with the DSP extension; choose another target for this one"
#else
#define NN_HAS_DSP 0
#endif

#endif
