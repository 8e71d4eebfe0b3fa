/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pl011.h"

/* clang-format off */
enum pl011_register {
	PL011_DR = 0x00, PL011_RSR = 0x04, PL011_FR = 0x18, PL011_ILPR = 0x20, PL011_IBRD = 0x24, PL011_FBRD = 0x28,
	PL011_LCR_H = 0x2c, PL011_CR = 0x30, PL011_IFLS = 0x34, PL011_IMSC = 0x38, PL011_RIS = 0x3c, PL011_MIS = 0x40,
	PL011_ICR = 0x44, PL011_DMACR = 0x48, PL011_PERIPH_ID0 = 0xfe0, PL011_CELL_ID3 = 0xffc,
};

enum pl011_bits {
	PL011_FR_RXFE = 1 << 4, PL011_FR_RXFF = 1 << 6, PL011_FR_TXFE = 1 << 7,
	PL011_LCR_H_FEN = 1 << 4,
	PL011_CR_LBE = 1 << 7, PL011_CR_RESET = 0x300,
	PL011_IFLS_RESET = 0x12,
	PL011_INT_RX = 1 << 4, PL011_INT_TX = 1 << 5, PL011_INT_RT = 1 << 6, PL011_INT_OE = 1 << 10,
	PL011_INT_ALL = 0x7ff,
};

/* Part 0x011, designer 0x41, revision 1: FIFOs of 16; then the PrimeCell's identification. */
static const uint8_t pl011_ids[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

/* Receive trigger levels by IFLS[5:3]; the reserved values behave like the highest. */
static const uint8_t pl011_trigger_levels[] = {2, 4, 8, 12, 14, 14, 14, 14};
/* clang-format on */

static uint32_t queued(const struct pl011 *uart)
{
	return uart->tail - uart->head;
}

static uint32_t fifo_depth(const struct pl011 *uart)
{
	return (uart->regs.lcr_h & PL011_LCR_H_FEN) ? PL011_FIFO_DEPTH : 1;
}

static uint32_t trigger_level(const struct pl011 *uart)
{
	return (uart->regs.lcr_h & PL011_LCR_H_FEN) ? pl011_trigger_levels[(uart->regs.ifls >> 3) & 7] : 1;
}

static void update_line(struct pl011 *uart)
{
	bool line = (uart->regs.ris & uart->regs.imsc) != 0;

	if (line == uart->line)
		return;
	uart->line = line;
	uart->ops->interrupt(uart->ctx, line);
}

/* After the queue grew, or shrank and still holds something: the timeout of the manual passes at once. */
static void receive_status(struct pl011 *uart)
{
	if (queued(uart))
		uart->regs.ris |= PL011_INT_RT;
	else
		uart->regs.ris &= ~(uint32_t)PL011_INT_RT;
	if (queued(uart) >= trigger_level(uart))
		uart->regs.ris |= PL011_INT_RX;
	else
		uart->regs.ris &= ~(uint32_t)PL011_INT_RX;
}

bool pl011_receive(struct pl011 *uart, uint8_t c)
{
	bool fits = queued(uart) < PL011_QUEUE;

	if (fits)
		uart->queue[uart->tail++ % PL011_QUEUE] = c;
	else
		uart->regs.ris |= PL011_INT_OE;
	receive_status(uart);
	update_line(uart);
	return fits;
}

static uint32_t read_data(struct pl011 *uart)
{
	uint32_t c = 0;

	if (queued(uart)) {
		c = uart->queue[uart->head++ % PL011_QUEUE];
		receive_status(uart);
		update_line(uart);
	}
	return c;
}

/*
 * Guests print before they enable the UART (early consoles rely on a boot loader that did), so UARTEN and TXE are
 * not asked.
 */
static void write_data(struct pl011 *uart, uint8_t c)
{
	if (uart->regs.cr & PL011_CR_LBE)
		pl011_receive(uart, c);
	else
		uart->ops->transmit(uart->ctx, c);
	/* The transmit FIFO filled and drained: it passed its trigger level. */
	uart->regs.ris |= PL011_INT_TX;
	update_line(uart);
}

static uint32_t flags(const struct pl011 *uart)
{
	uint32_t value = PL011_FR_TXFE;

	if (!queued(uart))
		value |= PL011_FR_RXFE;
	if (queued(uart) >= fifo_depth(uart))
		value |= PL011_FR_RXFF;
	return value;
}

void pl011_init(struct pl011 *uart, const struct pl011_ops *ops, void *ctx)
{
	*uart = (struct pl011){
		.ops = ops, .ctx = ctx, .regs = {.cr = PL011_CR_RESET, .ifls = PL011_IFLS_RESET}};
}

/* The registers that only hold what was written, with the bits that exist. */
static uint32_t *plain_register(struct pl011 *uart, uint32_t offset, uint32_t *mask)
{
	/* clang-format off */
	switch (offset) {
	case PL011_ILPR: *mask = 0xff; return &uart->regs.ilpr;
	case PL011_IBRD: *mask = 0xffff; return &uart->regs.ibrd;
	case PL011_FBRD: *mask = 0x3f; return &uart->regs.fbrd;
	case PL011_LCR_H: *mask = 0xff; return &uart->regs.lcr_h;
	case PL011_CR: *mask = 0xff87; return &uart->regs.cr;
	case PL011_IFLS: *mask = 0x3f; return &uart->regs.ifls;
	case PL011_IMSC: *mask = PL011_INT_ALL; return &uart->regs.imsc;
	case PL011_DMACR: *mask = 7; return &uart->regs.dmacr;
	default: return NULL;
	}
	/* clang-format on */
}

void pl011_save(const struct pl011 *uart, struct vmfile_uart *saved)
{
	uint32_t at;

	saved->regs = uart->regs;
	saved->queued = queued(uart);
	for (at = 0; at < saved->queued; at++)
		saved->queue[at] = uart->queue[(uart->head + at) % PL011_QUEUE];
}

void pl011_restore(struct pl011 *uart, const struct vmfile_uart *saved)
{
	uint32_t at;

	uart->regs = saved->regs;
	for (at = 0; at < saved->queued; at++)
		uart->queue[at] = saved->queue[at];
	uart->head = 0;
	uart->tail = saved->queued;
	uart->line = (uart->regs.ris & uart->regs.imsc) != 0;
	uart->ops->interrupt(uart->ctx, uart->line);
}

uint32_t pl011_read(struct pl011 *uart, uint32_t offset)
{
	uint32_t mask;
	uint32_t *plain = plain_register(uart, offset, &mask);

	if (plain)
		return *plain;
	if (offset >= PL011_PERIPH_ID0 && offset <= PL011_CELL_ID3 && offset % 4 == 0)
		return pl011_ids[(offset - PL011_PERIPH_ID0) / 4];
	switch (offset) {
	case PL011_DR:
		return read_data(uart);
	case PL011_FR:
		return flags(uart);
	case PL011_RIS:
		return uart->regs.ris;
	case PL011_MIS:
		return uart->regs.ris & uart->regs.imsc;
	default:
		return 0;
	}
}

void pl011_write(struct pl011 *uart, uint32_t offset, uint32_t value)
{
	uint32_t mask;
	uint32_t *plain = plain_register(uart, offset, &mask);

	if (offset == PL011_DR) {
		write_data(uart, (uint8_t)value);
		return;
	}
	if (plain)
		*plain = value & mask;
	if (offset == PL011_ICR)
		uart->regs.ris &= ~value;
	/* Another FIFO depth or trigger level: the receive status is a different one. */
	if (offset == PL011_LCR_H || offset == PL011_IFLS)
		receive_status(uart);
	update_line(uart);
}
