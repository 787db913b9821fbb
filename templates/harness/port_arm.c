/* The harness on QEMU's Cortex-M boards: start-up, SysTick as an instruction clock, stack painting.
 * Files and standard output go through semihosting (newlib's rdimon). */
#include "port.h"

#include <stdlib.h>

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xE000E014)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xE000E018)
#define CCR (*(volatile uint32_t *)0xE000ED14)
#define CFSR (*(volatile uint32_t *)0xE000ED28)
#define CPACR (*(volatile uint32_t *)0xE000ED88)

#define SYSTICK_PERIOD 0x1000000u

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);
void initialise_monitor_handles(void);
void reset_handler(void);
void fault_handler(void);
void systick_handler(void);
void start(void);
void report_fault(const uint32_t *frame);
void _init(void);
void _fini(void);

static volatile uint32_t systick_wraps;

/* The linker script puts the first entry, the top of the stack, in front. */
__attribute__((section(".vectors"), used)) static void (*const vectors[15])(void) = {
    reset_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler, 0,
    0,             0,             fault_handler, 0,             0,             fault_handler, systick_handler,
};

/* Floating point and Helium are switched on before any function that may use them, even in its prologue. */
void reset_handler(void)
{
    CPACR |= 0xFu << 20;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
    start();
}

__attribute__((noinline)) void start(void)
{
    for (uint32_t *to = data_start, *from = data_load; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
#if defined(__ARM_ARCH_6M__)
    CCR |= 1u << 3; /* trap unaligned access: this code is for cores that do not have it */
#else
    CCR |= 1u << 4; /* trap integer division by zero */
#endif
    initialise_monitor_handles();
    SYSTICK_RELOAD = SYSTICK_PERIOD - 1;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = 7; /* core clock, interrupt, on */
    while (SYSTICK_VALUE == 0) {
    }
    exit(main());
}

void systick_handler(void)
{
    systick_wraps++;
}

void _init(void)
{
}

void _fini(void)
{
}

/* Waits for the next tick of SysTick. Returns its time in instructions and the polls, of 4 instructions each, it took. */
static uint64_t next_tick(uint32_t *polls)
{
    uint32_t wraps, value, first, count;
    do {
        wraps = systick_wraps;
        __asm__ volatile(".syntax unified\n\t"
                         "movs %[count], #0\n\t"
                         "ldr %[first], [%[address]]\n"
                         "1:\n\t"
                         "ldr %[value], [%[address]]\n\t"
                         "adds %[count], #1\n\t"
                         "cmp %[value], %[first]\n\t"
                         "beq 1b\n\t"
                         : [count] "=&l"(count), [first] "=&l"(first), [value] "=&l"(value)
                         : [address] "l"(&SYSTICK_VALUE)
                         : "cc", "memory");
    } while (wraps != systick_wraps);
    *polls = count;
    /* It counts down; 0 is the first tick of a period. */
    const uint64_t ticks = (uint64_t)wraps * SYSTICK_PERIOD + ((SYSTICK_PERIOD - value) & (SYSTICK_PERIOD - 1));
    return ticks * PORT_TICK_NUMERATOR / PORT_TICK_DENOMINATOR;
}

/* Returns right after a tick: what follows is counted from there. */
__attribute__((noinline)) uint64_t port_clock_start(void)
{
    uint32_t polls;
    return next_tick(&polls);
}

/* A tick is 30 to 50 instructions: the polls until the next one tell how far this one was spent, to 4 instructions. */
__attribute__((noinline)) uint64_t port_clock_stop(void)
{
    uint32_t polls;
    const uint64_t time = next_tick(&polls);
    return time - 4u * polls;
}

#define PAINTED_WORDS 8192
#define PAINT 0xC5C5C5C5u

__attribute__((noinline)) size_t port_stack_bytes(harness_arena *arena)
{
    uint32_t *stack_pointer;
    __asm__ volatile("mov %0, sp" : "=r"(stack_pointer));
    SYSTICK_CONTROL = 5; /* no interrupt: its frame would count */
    for (int i = 1; i <= PAINTED_WORDS; i++) {
        *(volatile uint32_t *)(stack_pointer - i) = PAINT;
    }
    HARNESS_RUN(arena);
    SYSTICK_CONTROL = 7;
    const volatile uint32_t *deepest = stack_pointer - PAINTED_WORDS;
    while (deepest < stack_pointer && *deepest == PAINT) {
        deepest++;
    }
    return (size_t)(stack_pointer - deepest) * sizeof(uint32_t);
}

/* Semihosting call SYS_WRITE0: prints without any library, for use when all else is broken. */
static void write_text(const char *text)
{
    register uint32_t operation __asm__("r0") = 4;
    register const char *argument __asm__("r1") = text;
    __asm__ volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
}

static void write_hex(const char *label, uint32_t value)
{
    char text[11] = "0x00000000";
    for (int digit = 9; digit > 1; digit--, value >>= 4) {
        text[digit] = "0123456789abcdef"[value & 15u];
    }
    write_text(label);
    write_text(text);
}

/* frame: r0, r1, r2, r3, r12, lr, pc, xpsr as the core stacked them. */
__attribute__((noreturn)) void report_fault(const uint32_t *frame)
{
    write_hex("fault: CFSR ", CFSR);
    write_hex(", pc ", frame[6]);
    write_hex(", lr ", frame[5]);
    write_text("\n");
    _Exit(99);
}

__attribute__((naked)) void fault_handler(void)
{
    __asm__ volatile("mrs r0, msp\n\tbl report_fault");
}
