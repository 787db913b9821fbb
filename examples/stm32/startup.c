/* Vector table and start-up of an STM32F405, without any vendor code. */
#include <stdint.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88)

extern uint32_t stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);
void reset_handler(void);
void fault_handler(void);
static void end(void);

typedef union {
    uint32_t *stack;
    void (*handler)(void);
} vector;

/* The core's own 15 exceptions; this firmware uses no interrupts of the chip. */
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack = stack_top},
    {.handler = reset_handler},
    {.handler = fault_handler}, /* NMI */
    {.handler = fault_handler}, /* HardFault */
    {.handler = fault_handler}, /* MemManage */
    {.handler = fault_handler}, /* BusFault */
    {.handler = fault_handler}, /* UsageFault */
};

void reset_handler(void)
{
    CPACR |= 0xFu << 20; /* FPU on: the compiler may use it anywhere after this */
    __asm__ volatile("dsb\n\tisb" ::: "memory");
    for (uint32_t *to = data_start, *from = data_load; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    (void)main();
    end();
}

#ifdef IN_QEMU
/* Semihosting call SYS_EXIT with ADP_Stopped_ApplicationExit: QEMU ends. A board without a debugger would fault. */
static void end(void)
{
    register uint32_t operation __asm__("r0") = 0x18;
    register uint32_t reason __asm__("r1") = 0x20026;
    __asm__ volatile("bkpt 0xab" ::"r"(operation), "r"(reason) : "memory");
    for (;;) {
    }
}
#else
static void end(void)
{
    for (;;) {
        __asm__ volatile("wfi");
    }
}
#endif

void fault_handler(void)
{
    for (;;) {
    }
}
