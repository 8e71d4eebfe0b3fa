// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The machine's PL011, output by polling. What comes in is asked for by whoever claims the UART's interrupt. */
#include "../arch/sysreg.h"
#include "../devices/board.h"
#include "../shell.h"

#define UART_DR 0x000
#define UART_FR 0x018
#define UART_LCR_H 0x02c
#define UART_CR 0x030
#define UART_IMSC 0x038
#define UART_ICR 0x044
#define UART_FR_RXFE BIT(4)
#define UART_FR_TXFF BIT(5)
#define UART_LCR_WLEN8 (BIT(5) | BIT(6)) /* no FIFO: each character interrupts */
#define UART_CR_UARTEN BIT(0)
#define UART_CR_TXE BIT(8)
#define UART_CR_RXE BIT(9)
#define UART_RX_INTERRUPTS (BIT(4) | BIT(6)) /* receive, and receive timeout */

static shell_lock_t con_lock;

static volatile uint32_t *uart(unsigned int offset)
{
	return (volatile uint32_t *)(uintptr_t)(BOARD_UART_BASE + offset);
}

static void put_raw(char c)
{
	while (*uart(UART_FR) & UART_FR_TXFF)
		;
	*uart(UART_DR) = (uint8_t)c;
}

void con_init(void)
{
	*uart(UART_CR) = (uint32_t)(UART_CR_RXE | UART_CR_TXE | UART_CR_UARTEN);
	*uart(UART_LCR_H) = (uint32_t)(UART_LCR_WLEN8);
	*uart(UART_IMSC) = (uint32_t)(UART_RX_INTERRUPTS);
}

void con_putc(char c)
{
	shell_lock(&con_lock);
	put_raw(c);
	shell_unlock(&con_lock);
}

void con_puts(const char *text)
{
	shell_lock(&con_lock);
	for (; *text; text++) {
		if (*text == '\n')
			put_raw('\r');
		put_raw(*text);
	}
	shell_unlock(&con_lock);
}

void con_vprintf(const char *format, va_list args)
{
	char text[512];

	shell_vsnprintf(text, sizeof(text), format, args);
	con_puts(text);
}

void con_printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	con_vprintf(format, args);
	va_end(args);
}

int con_getc(void)
{
	if (*uart(UART_FR) & UART_FR_RXFE)
		return -1;
	*uart(UART_ICR) = (uint32_t)(UART_RX_INTERRUPTS);
	return (int)(*uart(UART_DR) & 0xff);
}
