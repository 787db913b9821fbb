#ifndef NN_TWIN_H
#define NN_TWIN_H

/* For the twins in C of assembly: where that is compiled, nobody may use it. */
#if defined(__GNUC__)
#define NN_TWIN __attribute__((unused)) static inline
#else
#define NN_TWIN static inline
#endif

#endif
