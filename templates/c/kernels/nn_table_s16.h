#ifndef NN_TABLE_S16_H
#define NN_TABLE_S16_H
#include <stdint.h>

/* Entries for every 2^step codes from -32768 on, the last for 32768, and straight lines between them; an entry is a code times
 * 2^fraction. */
static inline int16_t nn_table_s16(const int16_t *table, int32_t x, int32_t step, int32_t fraction)
{
    const int32_t place = x + 32768;
    const int16_t *entry = table + (place >> step);
    const int32_t along = (entry[1] - entry[0]) * (place & ((INT32_C(1) << step) - 1));
    const int32_t code = entry[0] * (INT32_C(1) << step) + along + (INT32_C(1) << (step + fraction - 1));

    return (int16_t)(code >> (step + fraction));
}

#endif
