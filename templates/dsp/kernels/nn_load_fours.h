#ifndef NN_LOAD_FOURS_H
#define NN_LOAD_FOURS_H
#include <stdint.h>
#include <string.h>
#include "nn_load4.h"
#include "nn_naked.h"
#include "nn_ssub8.h"
#include "nn_store4.h"

/* Four codes side by side, the first of which is an even one, of each of `pixels` pixels that lie `step` codes apart, packed (see
 * nn_get_s4) or not, one code to a byte. step: a multiple of four. */
NN_ONCE void nn_load_fours(const uint8_t *x, int32_t packed, int32_t pixels, int32_t step, int8_t *codes)
{
    for (int8_t *end = codes + 4 * pixels; codes != end; codes += 4) {
        if (packed != 0) {
            uint16_t pairs;
            memcpy(&pairs, x, sizeof pairs);
            uint32_t v = (pairs | ((uint32_t)pairs << 8)) & 0x00FF00FFu;
            v = (v | (v << 4)) & 0x0F0F0F0Fu;
            nn_store4(codes, nn_ssub8(v ^ 0x08080808u, 0x08080808u)); /* extends the sign of each byte from bit 3 */
            x += step >> 1;
        } else {
            nn_store4(codes, nn_load4((const int8_t *)x));
            x += step;
        }
    }
}

#endif
