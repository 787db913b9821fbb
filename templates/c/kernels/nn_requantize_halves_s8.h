#ifndef NN_REQUANTIZE_HALVES_S8_H
#define NN_REQUANTIZE_HALVES_S8_H
#include <stdint.h>
#include "nn_naked.h"
#include "nn_once.h"

/* Codes of words that hold the sums of two pixels, low + 65536 * high: clamp(zero_point + round_half_up(sum * multiplier / 2^32)) by
 * two products of 32 bits. start: (zero_point + 128) * 65536 + 2^15, so that a result is a code + 128. Thumb-1: 34 instructions for
 * two results. */
#if defined(__thumb__) && !defined(__thumb2__)
#define NN_REQUANTIZE_HALF(ACC, NEXT) \
    "muls r7, " ACC "\n\tasrs r7, r7, #16\n\tmuls " ACC ", r5\n\tadds " ACC ", " ACC ", r7\n\tadds " ACC ", " ACC ", r3\n\t" \
    "asrs " ACC ", " ACC ", #16\n\tcmp " ACC ", #255\n\tbhi " NEXT "f\n"

NN_NAKED void nn_requantize_rows(const uint32_t *sums NN_ASM_ARG, const int32_t *multiplier NN_ASM_ARG, int8_t *y NN_ASM_ARG,
                                 int32_t start NN_ASM_ARG, const uint32_t *sums_end NN_ASM_ARG, int32_t step NN_ASM_ARG)
{
    /* sp: 3 and 5 saved registers, sums_end (32), step (36) */
    __asm__(".syntax unified\n\tpush {r4, r5, r6, r7, lr}\n\tmov r4, r8\n\tmov r5, r10\n\tmov r6, r11\n\tpush {r4, r5, r6}\n\t"
            "ldr r4, [sp, #32]\n\tmov r8, r4\n\tldr r4, [sp, #36]\n\tmov r11, r4\n"
            "1:\n\tldm r0!, {r4}\n\tldm r1!, {r5}\n\tsxth r6, r4\n\tsubs r4, r4, r6\n\tasrs r4, r4, #16\n\t"
            "uxth r7, r5\n\tasrs r5, r5, #16\n\tmov r10, r7\n\t"
            NN_REQUANTIZE_HALF("r6", "4")
            "2:\n\tsubs r6, #128\n\tstrb r6, [r2]\n\tmov r7, r10\n\t"
            NN_REQUANTIZE_HALF("r4", "5")
            "3:\n\tsubs r4, #128\n\tmov r6, r11\n\tstrb r4, [r2, r6]\n\tadds r2, #1\n\tcmp r0, r8\n\tbne 1b\n\t"
            "pop {r4, r5, r6}\n\tmov r8, r4\n\tmov r10, r5\n\tmov r11, r6\n\tpop {r4, r5, r6, r7, pc}\n"
            "4:\n\tasrs r6, r6, #31\n\tmvns r6, r6\n\tuxtb r6, r6\n\tb 2b\n"
            "5:\n\tasrs r4, r4, #31\n\tmvns r4, r4\n\tuxtb r4, r4\n\tb 3b");
}
#else
static inline void nn_requantize_rows(const uint32_t *sums, const int32_t *multiplier, int8_t *y, int32_t start,
                                      const uint32_t *sums_end, int32_t step)
{
    for (; sums != sums_end; sums++) {
        const int32_t acc[2] = { (int16_t)(*sums & 0xFFFFu), (int32_t)(*sums + 0x8000u) >> 16 };
        for (int32_t i = 0; i < 2; i++) {
            const int32_t above = acc[i] * (*multiplier >> 16), below = (acc[i] * (*multiplier & 0xFFFF)) >> 16;
            const int32_t raised = (above + below + start) >> 16;
            y[i * step] = (int8_t)((raised < 0) ? -128 : (raised > 255) ? 127 : raised - 128);
        }
        multiplier++;
        y++;
    }
}
#endif

/* y and y + step: codes of the two pixels. */
NN_ONCE void nn_requantize_halves_s8(int32_t count, const uint32_t *sums, const int32_t *multiplier, int32_t zero_point,
                                     int8_t *y, int32_t step)
{
    nn_requantize_rows(sums, multiplier, y, (zero_point + 128) * 65536 + 0x8000, sums + count, step);
}

#endif
