#ifndef NN_ONCE_H
#define NN_ONCE_H

/* One copy serves all layers: a compiler would build it into each. */
#if defined(__GNUC__)
#define NN_ONCE __attribute__((noinline, unused)) static
/* For the twins in C of assembly: where that is compiled, nobody may use it. */
#define NN_TWIN __attribute__((unused)) static inline
#else
#define NN_ONCE static
#define NN_TWIN static inline
#endif

#endif
