/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A PL011 among the devices of a VM: its registers, its lock, and its state when the VM is saved.
 */
#ifndef SHELL_UART_H
#define SHELL_UART_H

#include "../vm.h"
#include "pl011.h"

/** One UART. `ops`, called under the lock, get `ctx`; both are set before anything else. */
struct uart {
	const struct pl011_ops *ops;
	void *ctx;
	shell_lock_t lock; /* the PL011; the console's lock is taken inside */
	struct pl011 pl011;
};

/** State after reset. Any context. */
void uart_reset(struct uart *uart);

/** A character arrives. Any context. */
void uart_receive(struct uart *uart, uint8_t c);

/** Gives a VM the UART at an address; it is saved under that name. @return 0; VGICV5_NO_MEMORY; VGICV5_INVALID. */
int uart_add(struct uart *uart, struct shell_vm *vm, uint64_t ipa, const char *name);

#endif
