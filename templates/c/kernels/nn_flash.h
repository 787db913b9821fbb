#ifndef NN_FLASH_H
#define NN_FLASH_H
#include <stdint.h>

/* Numbers of a table in flash. On AVR flash is an address space of its own, read by an instruction of its own. */
#ifdef __AVR__
static inline uint8_t nn_flash_u8(const uint8_t *at)
{
    uint8_t value;
    __asm__("lpm %0, Z" : "=r"(value) : "z"(at));
    return value;
}
static inline int8_t nn_flash_s8(const int8_t *at)
{
    int8_t value;
    __asm__("lpm %0, Z" : "=r"(value) : "z"(at));
    return value;
}
static inline int32_t nn_flash_s32(const int32_t *at)
{
    int32_t value;
    __asm__("lpm %A0, Z+\n\tlpm %B0, Z+\n\tlpm %C0, Z+\n\tlpm %D0, Z" : "=&r"(value), "+z"(at));
    return value;
}
static inline uint32_t nn_flash_u32(const uint32_t *at)
{
    return (uint32_t)nn_flash_s32((const int32_t *)at);
}
#else
static inline uint8_t nn_flash_u8(const uint8_t *at)
{
    return *at;
}
static inline int8_t nn_flash_s8(const int8_t *at)
{
    return *at;
}
static inline int32_t nn_flash_s32(const int32_t *at)
{
    return *at;
}
static inline uint32_t nn_flash_u32(const uint32_t *at)
{
    return *at;
}
#endif

#endif
