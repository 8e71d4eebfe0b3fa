/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "uart.h"

void uart_reset(struct uart *uart)
{
	shell_lock(&uart->lock);
	pl011_init(&uart->pl011, uart->ops, uart->ctx);
	shell_unlock(&uart->lock);
}

void uart_receive(struct uart *uart, uint8_t c)
{
	shell_lock(&uart->lock);
	pl011_receive(&uart->pl011, c);
	shell_unlock(&uart->lock);
}

/* ---- Registers ---- */

static uint64_t read(void *ctx, uint32_t offset, unsigned int bytes)
{
	struct uart *uart = ctx;
	uint32_t value;

	(void)bytes;
	shell_lock(&uart->lock);
	value = pl011_read(&uart->pl011, offset);
	shell_unlock(&uart->lock);
	return value;
}

static void write(void *ctx, uint32_t offset, unsigned int bytes, uint64_t value)
{
	struct uart *uart = ctx;

	(void)bytes;
	shell_lock(&uart->lock);
	pl011_write(&uart->pl011, offset, (uint32_t)value);
	shell_unlock(&uart->lock);
}

static const struct shell_mmio_ops registers = {.read = read, .write = write};

/* ---- Saving ---- */

static void save(void *ctx, void *state)
{
	const struct uart *uart = ctx;

	pl011_save(&uart->pl011, state);
}

static const char *check(void *ctx, const void *state)
{
	(void)ctx;
	return vmfile_check_uart(state);
}

static void restore(void *ctx, const void *state)
{
	struct uart *uart = ctx;

	shell_lock(&uart->lock);
	pl011_restore(&uart->pl011, state);
	shell_unlock(&uart->lock);
}

int uart_add(struct uart *uart, struct shell_vm *vm, uint64_t ipa, const char *name)
{
	const struct shell_saved_device device = {
		.name = name,
		.bytes = sizeof(struct vmfile_uart),
		.save = save,
		.check = check,
		.restore = restore,
		.ctx = uart,
	};
	int error = shell_mmio_register(vm, ipa, PL011_SIZE, &registers, uart);

	return error ? error : shell_saved_device_register(vm, &device);
}
