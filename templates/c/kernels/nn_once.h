#ifndef NN_ONCE_H
#define NN_ONCE_H

/* One copy serves all layers: a compiler would build it into each. */
#if defined(__GNUC__)
#define NN_ONCE __attribute__((noinline, unused)) static
#else
#define NN_ONCE static
#endif

#endif
