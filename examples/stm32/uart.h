#ifndef UART_H
#define UART_H

/* USART1 on pin PA9, 115200 baud, 8N1, sending only. */
void uart_start(void);
void uart_text(const char *text);
void uart_number(long number);

#endif
