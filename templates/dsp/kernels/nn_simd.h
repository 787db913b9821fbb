#ifndef NN_SIMD_H
#define NN_SIMD_H
#include <stdint.h>
#include <string.h>

/* Instructions of the Armv7E-M and Armv8-M DSP extension that C has no operator for. */

static inline uint32_t nn_load4(const int8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Bytes 0 and 2 as signed halfwords. */
static inline uint32_t nn_sxtb16(uint32_t v)
{
    uint32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(v));
    return r;
}

/* Bytes 1 and 3 as signed halfwords. */
static inline uint32_t nn_sxtb16_ror8(uint32_t v)
{
    uint32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(v));
    return r;
}

/* a - b in each byte. */
static inline uint32_t nn_ssub8(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("ssub8 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

/* acc + low * low + high * high. */
static inline int32_t nn_smlad(uint32_t a, uint32_t b, int32_t acc)
{
    __asm__("smlad %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
}

/* acc + low * low. */
static inline int32_t nn_smlabb(uint32_t a, uint32_t b, int32_t acc)
{
    __asm__("smlabb %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
}

/* acc + high * high. */
static inline int32_t nn_smlatt(uint32_t a, uint32_t b, int32_t acc)
{
    __asm__("smlatt %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
}

/* acc + (a * b + 2^31) >> 32. */
static inline int32_t nn_smmlar(int32_t a, int32_t b, int32_t acc)
{
    int32_t r;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
}

#endif
