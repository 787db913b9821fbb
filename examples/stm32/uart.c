#include "uart.h"

#include <stdint.h>

#define RCC_AHB1ENR (*(volatile uint32_t *)0x40023830)
#define RCC_APB2ENR (*(volatile uint32_t *)0x40023844)
#define GPIOA_MODER (*(volatile uint32_t *)0x40020000)
#define GPIOA_AFRH (*(volatile uint32_t *)0x40020024)
#define USART1_SR (*(volatile uint32_t *)0x40011000)
#define USART1_DR (*(volatile uint32_t *)0x40011004)
#define USART1_BRR (*(volatile uint32_t *)0x40011008)
#define USART1_CR1 (*(volatile uint32_t *)0x4001100C)

#define HSI_HZ 16000000u /* the clock after reset */
#define BAUD 115200u

void uart_start(void)
{
    RCC_AHB1ENR |= 1u << 0; /* GPIOA */
    RCC_APB2ENR |= 1u << 4; /* USART1 */
    GPIOA_MODER = (GPIOA_MODER & ~(3u << 18)) | 2u << 18; /* PA9: alternate function ... */
    GPIOA_AFRH = (GPIOA_AFRH & ~(0xFu << 4)) | 7u << 4;   /* ... 7, USART1_TX */
    USART1_BRR = (HSI_HZ + BAUD / 2) / BAUD;
    USART1_CR1 = 1u << 13 | 1u << 3; /* USART and transmitter on */
}

static void put(char character)
{
    while ((USART1_SR & 1u << 7) == 0) { /* data register not yet empty */
    }
    USART1_DR = (uint8_t)character;
}

void uart_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            put('\r');
        }
        put(*text);
    }
}

void uart_number(long number)
{
    char digits[12];
    int length = 0;
    unsigned long rest = number < 0 ? 0ul - (unsigned long)number : (unsigned long)number;
    do {
        digits[length++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        put('-');
    }
    while (length > 0) {
        put(digits[--length]);
    }
}
