#ifndef NN_WINDOWS_BYTES_S8_H
#define NN_WINDOWS_BYTES_S8_H
#include <stdint.h>

/* Two windows of codes, in fours: from a to a_end and from b on. stream, for each four outputs: bias [4], codes [columns][4] in words,
 * multipliers [4]. odd: whether the fours are. */
typedef struct {
    const int8_t *a, *b;
    const uint32_t *stream;
    int8_t *y0, *y1;
    int32_t groups;
    const int8_t *a_end;
    int32_t zero_point, odd;
} nn_windows_bytes_s8;

#endif
