#ifndef NN_WIDEN2_S8_H
#define NN_WIDEN2_S8_H
#include <stdint.h>
#include "nn_dsp.h"
#include "nn_load4.h"
#include "nn_sxtb16.h"
#include "nn_sxtb16_ror8.h"

/* `count` codes (a positive multiple of four) of a and of b as the kernels of pairs of windows read them: of each four, (0, 2) of a,
 * of b, (1, 3) of a, of b. Returns the end. 7 instructions for 8 codes. */
#if NN_HAS_DSP
#define NN_WIDEN2_STEP \
    "ldr %[v], [%[a]], #4\n\tldr %[u], [%[b]], #4\n\tsxtb16 %[q0], %[v]\n\tsxtb16 %[q1], %[u]\n\t" \
    "sxtb16 %[q2], %[v], ror #8\n\tsxtb16 %[q3], %[u], ror #8\n\tstm %[to]!, {%[q0], %[q1], %[q2], %[q3]}\n\t"
#define NN_WIDEN2(TEXT) \
    __asm__ volatile(TEXT \
                     : [a] "+r"(a), [b] "+r"(b), [to] "+r"(to), [v] "=&r"(v), [u] "=&r"(u), [q0] "=&r"(q0), \
                       [q1] "=&r"(q1), [q2] "=&r"(q2), [q3] "=&r"(q3) \
                     : \
                     : "memory")

static inline uint32_t *nn_widen2_s8(const int8_t *a, const int8_t *b, int32_t count, uint32_t *to)
{
    const int8_t *end = a + count;
    uint32_t v, u;
    register uint32_t q0 __asm__("r4");
    register uint32_t q1 __asm__("r5");
    register uint32_t q2 __asm__("r6");
    register uint32_t q3 __asm__("r8");

    if ((count & 4) != 0) {
        NN_WIDEN2(NN_WIDEN2_STEP);
    }
    while (a != end) {
        NN_WIDEN2(NN_WIDEN2_STEP NN_WIDEN2_STEP);
    }
    return to;
}
#else
static inline uint32_t *nn_widen2_s8(const int8_t *a, const int8_t *b, int32_t count, uint32_t *to)
{
    for (int32_t i = 0; i < count; i += 4) {
        const uint32_t v = nn_load4(a + i), u = nn_load4(b + i);
        *to++ = nn_sxtb16(v);
        *to++ = nn_sxtb16(u);
        *to++ = nn_sxtb16_ror8(v);
        *to++ = nn_sxtb16_ror8(u);
    }
    return to;
}
#endif

#endif
