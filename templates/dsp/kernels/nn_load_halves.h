#ifndef NN_LOAD_HALVES_H
#define NN_LOAD_HALVES_H
#include <stdint.h>
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_sign4_s4.h"
#include "nn_store4.h"

/* Of eight codes, two to a byte, of each of `rows` x `columns` pixels the four in the lower halves of bytes (shift 0: 0 2 4 6) or
 * in the upper ones (4: 1 3 5 7), one to a byte. Pixels lie `step` bytes apart in x, 4 in codes; rows `next` and `pitch`. */
NN_ONCE void nn_load_halves(const uint8_t *x, uint32_t shift, int32_t rows, int32_t columns, int32_t step, int32_t next,
                            int8_t *codes, int32_t pitch)
{
    for (; rows > 0; rows--) {
        const uint8_t *from = x;
        int8_t *to = codes;
        for (const int8_t *end = codes + 4 * columns; to != end; to += 4) {
            nn_store4(to, nn_sign4_s4((nn_load4((const int8_t *)from) >> shift) & 0x0F0F0F0Fu));
            from += step;
        }
        x += next;
        codes += pitch;
    }
}

#endif
