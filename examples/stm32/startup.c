/* Vector table and start-up of an STM32F405, without any vendor code. */
#include <stdint.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88)

extern uint32_t stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);
void reset_handler(void);
void fault_handler(void);

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
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void fault_handler(void)
{
    for (;;) {
    }
}
