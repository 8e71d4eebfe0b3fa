/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Emulated PL011 UART, as the Arm PrimeCell manual (DDI 0183) describes revision r1p4.
 *
 * Transmission takes no time. What comes in waits in a queue behind the receive FIFO, so that pasted text is not
 * lost while the guest is busy; the FIFO as the guest sees it has the depth that LCR_H chose.
 */
#ifndef SHELL_PL011_H
#define SHELL_PL011_H

#include "../../vmfile/vmfile.h"

#define PL011_SIZE 0x1000
#define PL011_FIFO_DEPTH 16
#define PL011_QUEUE VMFILE_UART_QUEUE /* a power of two */

/** Where the characters and the interrupt go. Called from within pl011_*(), under the caller's lock. */
struct pl011_ops {
	void (*transmit)(void *ctx, uint8_t c);
	void (*interrupt)(void *ctx, bool asserted); /**< the line changed */
};

/** One UART. Members are for pl011.c. The caller serialises all calls on one of them. */
struct pl011 {
	const struct pl011_ops *ops;
	void *ctx;
	struct vmfile_uart_regs regs;
	uint32_t head; /* next to be read; both run freely */
	uint32_t tail; /* next to be filled */
	bool line;
	uint8_t queue[PL011_QUEUE];
};

/** State after reset; the line is low and the queue empty. Any context. */
void pl011_init(struct pl011 *uart, const struct pl011_ops *ops, void *ctx);

/**
 * A guest's access. `offset` is below PL011_SIZE. What is not a register reads as zero and writes nothing. The
 * width of the access does not matter: registers are 32 bits at most and are accessed at their own address.
 */
uint32_t pl011_read(struct pl011 *uart, uint32_t offset);
void pl011_write(struct pl011 *uart, uint32_t offset, uint32_t value);

/** A character arrives. @return false if the queue is full; the character is lost and the guest sees an overrun. */
bool pl011_receive(struct pl011 *uart, uint8_t c);

/* ---- Saving ---- */

void pl011_save(const struct pl011 *uart, struct vmfile_uart *saved);

/** Takes over a state that vmfile_check_uart() finds good, after pl011_init(), and drives the line. */
void pl011_restore(struct pl011 *uart, const struct vmfile_uart *saved);

#endif
