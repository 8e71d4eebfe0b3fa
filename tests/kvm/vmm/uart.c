/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "vmm.h"

#include <devices/board.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void uart_flush(struct vmm *vmm)
{
	fwrite(vmm->line.text, 1, vmm->line.length, stdout);
	fflush(stdout);
	vmm->line.length = 0;
}

static void transmit(void *ctx, uint8_t c)
{
	struct vmm *vmm = ctx;

	vmm->line.text[vmm->line.length++] = (char)c;
	if (c == '\n' || vmm->line.length == VMFILE_LINE_BYTES)
		uart_flush(vmm);
	if (c == '\n')
		vmm_line_shown(vmm);
}

static void interrupt(void *ctx, bool asserted)
{
	vmm_wire(ctx, BOARD_UART_SPI, asserted);
}

static const struct pl011_ops uart_ops = {.transmit = transmit, .interrupt = interrupt};

static void *receive(void *argument)
{
	struct vmm *vmm = argument;
	uint8_t c;

	while (read(STDIN_FILENO, &c, 1) == 1) {
		pthread_mutex_lock(&vmm->uart_lock);
		(void)pl011_receive(&vmm->uart, c);
		pthread_mutex_unlock(&vmm->uart_lock);
	}
	return NULL;
}

void uart_init(struct vmm *vmm)
{
	pthread_mutex_init(&vmm->uart_lock, NULL);
	pl011_init(&vmm->uart, &uart_ops, vmm);
}

void uart_save(struct vmm *vmm, struct vmfile_uart *uart, struct vmfile_line *line)
{
	pthread_mutex_lock(&vmm->uart_lock);
	pl011_save(&vmm->uart, uart);
	*line = vmm->line;
	pthread_mutex_unlock(&vmm->uart_lock);
}

void uart_restore(struct vmm *vmm, const struct vmfile_uart *uart, const struct vmfile_line *line)
{
	uart_init(vmm);
	pl011_restore(&vmm->uart, uart);
	vmm->line = *line;
}

void uart_start(struct vmm *vmm)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, receive, vmm))
		die("thread of the UART");
	pthread_detach(thread);
}

void uart_access(struct vmm *vmm, uint64_t offset, struct kvm_run *run)
{
	uint32_t value = 0;

	pthread_mutex_lock(&vmm->uart_lock);
	if (run->mmio.is_write) {
		memcpy(&value, run->mmio.data, run->mmio.len < sizeof(value) ? run->mmio.len : sizeof(value));
		pl011_write(&vmm->uart, (uint32_t)offset, value);
	} else {
		value = pl011_read(&vmm->uart, (uint32_t)offset);
		memset(run->mmio.data, 0, sizeof(run->mmio.data));
		memcpy(run->mmio.data, &value, sizeof(value));
	}
	pthread_mutex_unlock(&vmm->uart_lock);
}
