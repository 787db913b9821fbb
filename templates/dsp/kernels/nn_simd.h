#ifndef NN_SIMD_H
#define NN_SIMD_H
#include <stdint.h>
#include <string.h>

/* Instructions of the Armv7E-M and Armv8-M DSP extension that C has no operator for. Where there is no such core, as in a
 * firmware's unit tests on a PC, each is the same in C. */
#if defined(__ARM_FEATURE_DSP)
#define NN_HAS_DSP 1
#elif defined(__arm__)
#error "this model was compiled for a core with the DSP extension; choose another target for this one"
#else
#define NN_HAS_DSP 0
#endif

static inline uint32_t nn_load4(const int8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void nn_store4(int8_t *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
}

/* A halfword, its sign extended. */
static inline int32_t nn_low(uint32_t v)
{
    return (int16_t)(v & 0xFFFFu);
}

static inline int32_t nn_high(uint32_t v)
{
    return (int16_t)(v >> 16);
}

static inline uint32_t nn_halves(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xFFFFu) | ((uint32_t)high << 16);
}

/* Bytes 0 and 2 as signed halfwords. */
static inline uint32_t nn_sxtb16(uint32_t v)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(v));
    return r;
#else
    return nn_halves((int8_t)(v & 0xFFu), (int8_t)((v >> 16) & 0xFFu));
#endif
}

/* Bytes 1 and 3 as signed halfwords. */
static inline uint32_t nn_sxtb16_ror8(uint32_t v)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(v));
    return r;
#else
    return nn_sxtb16(v >> 8);
#endif
}

/* sum + bytes 0 and 2 of v as signed halfwords, in each half. */
static inline uint32_t nn_sxtab16(uint32_t sum, uint32_t v)
{
#if NN_HAS_DSP
    __asm__("sxtab16 %0, %0, %1" : "+r"(sum) : "r"(v));
    return sum;
#else
    const uint32_t w = nn_sxtb16(v);
    return nn_halves(nn_low(sum) + nn_low(w), nn_high(sum) + nn_high(w));
#endif
}

/* The same with bytes 1 and 3. */
static inline uint32_t nn_sxtab16_ror8(uint32_t sum, uint32_t v)
{
#if NN_HAS_DSP
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sum) : "r"(v));
    return sum;
#else
    return nn_sxtab16(sum, v >> 8);
#endif
}

/* a + b in each half. */
static inline uint32_t nn_sadd16(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("sadd16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return nn_halves(nn_low(a) + nn_low(b), nn_high(a) + nn_high(b));
#endif
}

/* a - b in each half. */
static inline uint32_t nn_ssub16(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return nn_halves(nn_low(a) - nn_low(b), nn_high(a) - nn_high(b));
#endif
}

/* a - b in each byte. */
static inline uint32_t nn_ssub8(uint32_t a, uint32_t b)
{
#if NN_HAS_DSP
    uint32_t r;
    __asm__("ssub8 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return ((a | 0x80808080u) - (b & 0x7F7F7F7Fu)) ^ ((a ^ ~b) & 0x80808080u);
#endif
}

/* acc + low * low + high * high. */
static inline int32_t nn_smlad(uint32_t a, uint32_t b, int32_t acc)
{
#if NN_HAS_DSP
    __asm__("smlad %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return (int32_t)((uint32_t)acc + (uint32_t)(nn_low(a) * nn_low(b)) + (uint32_t)(nn_high(a) * nn_high(b)));
#endif
}

/* acc + low * low. */
static inline int32_t nn_smlabb(uint32_t a, uint32_t b, int32_t acc)
{
#if NN_HAS_DSP
    __asm__("smlabb %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return (int32_t)((uint32_t)acc + (uint32_t)(nn_low(a) * nn_low(b)));
#endif
}

/* acc + high * high. */
static inline int32_t nn_smlatt(uint32_t a, uint32_t b, int32_t acc)
{
#if NN_HAS_DSP
    __asm__("smlatt %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return (int32_t)((uint32_t)acc + (uint32_t)(nn_high(a) * nn_high(b)));
#endif
}

/* acc + (a * b) >> 32. */
static inline int32_t nn_smmla(int32_t a, int32_t b, int32_t acc)
{
#if NN_HAS_DSP
    int32_t r;
    __asm__("smmla %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
#else
    return acc + (int32_t)(((int64_t)a * b) >> 32);
#endif
}

/* acc + (a * b + 2^31) >> 32. */
static inline int32_t nn_smmlar(int32_t a, int32_t b, int32_t acc)
{
#if NN_HAS_DSP
    int32_t r;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(acc));
    return r;
#else
    return acc + (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32);
#endif
}

/* v between -128 and 127. */
static inline int32_t nn_ssat8(int32_t v)
{
#if NN_HAS_DSP
    int32_t r;
    __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(v));
    return r;
#else
    return (v < -128) ? -128 : (v > 127) ? 127 : v;
#endif
}

#endif
