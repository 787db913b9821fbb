/* The harness on QEMU's RISC-V board: minstret as an instruction clock, stack painting, faults as text.
 * Start-up, files and standard output are picolibc's, through semihosting. */
#include "port.h"

#include <stdlib.h>

void fault_handler(void);
void report_fault(void);

/* Cores without CSR instructions in -march have these two registers all the same. */
#define READ_CSR(name, value) \
    __asm__ volatile(".option push\n\t.option arch, +zicsr\n\tcsrr %0, " name "\n\t.option pop" : "=r"(value) : : "memory")
#define WRITE_CSR(name, value) \
    __asm__ volatile(".option push\n\t.option arch, +zicsr\n\tcsrw " name ", %0\n\t.option pop" : : "r"(value) : "memory")

static uint64_t instructions(void)
{
    uint32_t high, low, again;
    do {
        READ_CSR("minstreth", high);
        READ_CSR("minstret", low);
        READ_CSR("minstreth", again);
    } while (high != again);
    return ((uint64_t)high << 32) | low;
}

__attribute__((noinline)) uint64_t port_clock_start(void)
{
    return instructions();
}

__attribute__((noinline)) uint64_t port_clock_stop(void)
{
    return instructions();
}

#define PAINTED_WORDS 8192
#define PAINT 0xC5C5C5C5u

__attribute__((noinline)) size_t port_stack_bytes(harness_arena *arena)
{
    uint32_t *stack_pointer;
    __asm__ volatile("mv %0, sp" : "=r"(stack_pointer));
    for (int i = 1; i <= PAINTED_WORDS; i++) {
        *(volatile uint32_t *)(stack_pointer - i) = PAINT;
    }
    HARNESS_RUN(arena);
    const volatile uint32_t *deepest = stack_pointer - PAINTED_WORDS;
    while (deepest < stack_pointer && *deepest == PAINT) {
        deepest++;
    }
    return (size_t)(stack_pointer - deepest) * sizeof(uint32_t);
}

/* Semihosting call SYS_WRITE0: prints without any library, for use when all else is broken. */
static void write_text(const char *text)
{
    register uint32_t operation __asm__("a0") = 4;
    register const char *argument __asm__("a1") = text;
    __asm__ volatile(".balign 16\n\t.option push\n\t.option norvc\n\tslli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t"
                     ".option pop"
                     : "+r"(operation)
                     : "r"(argument)
                     : "memory");
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

__attribute__((noreturn)) void report_fault(void)
{
    uint32_t cause, place, value;
    READ_CSR("mcause", cause);
    READ_CSR("mepc", place);
    READ_CSR("mtval", value);
    write_hex("fault: mcause ", cause);
    write_hex(", pc ", place);
    write_hex(", mtval ", value);
    write_text("\n");
    _Exit(99);
}

__attribute__((naked, aligned(4))) void fault_handler(void)
{
    __asm__ volatile("j report_fault");
}

static __attribute__((constructor)) void catch_faults(void)
{
    WRITE_CSR("mtvec", fault_handler);
}
