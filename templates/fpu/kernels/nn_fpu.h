#ifndef NN_FPU_H
#define NN_FPU_H

/* Kernels for a floating-point unit of single precision. Where there is no such core, as in a firmware's unit tests on a PC, each
 * is the same in C. */
#if defined(__ARM_FP)
#define NN_HAS_FPU 1
#elif defined(__arm__)
#error "this model was compiled for a core with a floating-point unit; choose another target for this one"
#else
#define NN_HAS_FPU 0
#endif

/* NaN has no sign then: whatever a sum was made of, it is the same one, and no clamp at zero takes it for a negative number. R is
 * where the caller's mode is kept. */
#define NN_FPU_DEFAULT_NAN(R, TEMPORARY) \
    "vmrs " R ", fpscr\n\torr " TEMPORARY ", " R ", #0x2000000\n\tvmsr fpscr, " TEMPORARY "\n\t"

#endif
