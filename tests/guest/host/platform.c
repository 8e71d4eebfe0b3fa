/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The payload's platform on the host: every access is a call of the software GICv5.
 *
 * CPU 1 is this thread under another number. The machine is the part of QEMU's virt board that the payload
 * touches: an IRS, a UART with its wire, memory for tables.
 */
#include "../../soft/heap.h"
#include "../payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vgicv5_soft/soft.h>

#define TABLES_PA 0x44000000u

#define UART_DR 0x00
#define UART_IMSC 0x38
#define UART_ICR 0x44
#define UART_TX (1u << 5)

static struct vgicv5_soft *gic;
static unsigned int current_cpu;
static bool nmi;
static bool faulted;
static _Alignas(8) uint8_t tables[TABLES_SIZE];
static struct {
	uint32_t raw;
	uint32_t mask;
} uart;

/* ---- What the model needs ---- */

static uint8_t *memory_at(uint64_t pa, size_t bytes)
{
	if (pa < TABLES_PA || bytes > TABLES_SIZE || pa - TABLES_PA > TABLES_SIZE - bytes)
		return NULL;
	return tables + (pa - TABLES_PA);
}

static bool op_mem_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	const uint8_t *from = memory_at(pa, bytes);

	(void)ctx;
	if (from)
		memcpy(to, from, bytes);
	return from;
}

static bool op_mem_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	uint8_t *to = memory_at(pa, bytes);

	(void)ctx;
	if (to)
		memcpy(to, from, bytes);
	return to;
}

static void op_violation(void *ctx, const char *rule, const char *text)
{
	(void)ctx;
	fprintf(stderr, "violation: %s: %s\n", rule, text);
}

static const struct vgicv5_soft_ops ops = {
	.alloc = heap_alloc,
	.free = heap_free,
	.mem_read = op_mem_read,
	.mem_write = op_mem_write,
	.violation = op_violation,
};

/* ---- Accesses ---- */

static uint64_t access_sys(unsigned int el, unsigned int encoding, bool read, uint64_t value)
{
	struct vgicv5_soft_access access = {.el = (uint8_t)el, .nmi = nmi};

	if (vgicv5_soft_sys(gic, current_cpu, &access, encoding, read, &value) != VGICV5_SOFT_DONE)
		faulted = true;
	return value;
}

uint64_t platform_read(unsigned int encoding)
{
	return access_sys(1, encoding, true, 0);
}

void platform_write(unsigned int encoding, uint64_t value)
{
	access_sys(1, encoding, false, value);
	platform_isb();
}

void platform_gic(unsigned int encoding, uint64_t operand)
{
	access_sys(1, encoding, false, operand);
}

uint64_t platform_gicr(unsigned int encoding)
{
	return access_sys(1, encoding, true, 0);
}

void platform_isb(void)
{
	vgicv5_soft_context_sync(gic, current_cpu);
}

bool platform_faulted(void)
{
	bool any = faulted;

	faulted = false;
	return any;
}

static void uart_write(uint64_t offset, uint32_t value)
{
	if (offset == UART_DR) {
		putchar((int)(value & 0xff));
		uart.raw |= UART_TX;
	} else if (offset == UART_IMSC) {
		uart.mask = value;
	} else if (offset == UART_ICR) {
		uart.raw &= ~value;
	}
	vgicv5_soft_set_spi(gic, PL011_SPI, uart.raw & uart.mask);
}

uint64_t platform_mmio_read(uint64_t pa, unsigned int bytes)
{
	if (pa - IRS_BASE < GICV5_FRAME_SIZE)
		return vgicv5_soft_mmio_read(gic, 0, VGICV5_SOFT_CONFIG_FRAME, (uint32_t)(pa - IRS_BASE),
					     bytes);
	return 0;
}

void platform_mmio_write(uint64_t pa, unsigned int bytes, uint64_t value)
{
	if (pa - IRS_BASE < GICV5_FRAME_SIZE)
		vgicv5_soft_mmio_write(gic, 0, VGICV5_SOFT_CONFIG_FRAME, (uint32_t)(pa - IRS_BASE), bytes,
				       value);
	else
		uart_write(pa - PL011_BASE, (uint32_t)value);
}

void *platform_tables(uint64_t *pa)
{
	*pa = TABLES_PA;
	return tables;
}

void platform_put(char c)
{
	uart_write(UART_DR, (uint8_t)c);
}

/* ---- Interrupts ---- */

void platform_timer(bool asserted)
{
	vgicv5_soft_set_ppi(gic, current_cpu, GICV5_PPI_CNTV, asserted);
}

unsigned int platform_signals(void)
{
	struct vgicv5_soft_access access = {.el = 1, .nmi = nmi};
	unsigned int signals = vgicv5_soft_signals(gic, current_cpu, &access);

	return (signals & (VGICV5_SOFT_IRQ | VGICV5_SOFT_IRQ_NMI) ? SIGNAL_IRQ : 0) |
	       (signals & VGICV5_SOFT_IRQ_NMI ? SIGNAL_NMI : 0);
}

bool platform_take_irq(void (*handler)(void), bool expected)
{
	unsigned int taken;

	(void)expected;
	/* No case has more than a few; a model that signals for ever must not hang the test. */
	for (taken = 0; taken < 100 && platform_signals(); taken++)
		handler();
	return taken;
}

bool platform_nmi(bool on)
{
	nmi = on;
	return true;
}

unsigned int platform_cpu(void)
{
	return current_cpu;
}

void platform_on_cpu(unsigned int cpu, void (*function)(void *), void *argument)
{
	unsigned int before = current_cpu;

	current_cpu = cpu;
	function(argument);
	current_cpu = before;
}

/* The same machine as QEMU's, as far as the ID registers tell. */
static void configure(struct vgicv5_soft_config *config)
{
	vgicv5_soft_default_config(config, CPUS);
	config->ops = &ops;
	config->ppi_implemented[0] = ~(uint64_t)0;
	config->ppi_implemented[1] = ~(uint64_t)0;
	config->lpi_id_bits = 24;
	config->min_lpi_id_bits = LPI_ID_BITS;
	config->istmd = false;
	config->one_n = false;
	config->setlpi = false;
	config->swe = false;
	config->virt = false;
	config->virt_one_n = false;
}

/* What firmware and a hypervisor leave behind for EL1: nothing is trapped. */
static void enter_el1(void *unused)
{
	(void)unused;
	access_sys(2, GICV5_ICH_HFGRTR_EL2, false, GICV5_HFGRTR_ALL);
	access_sys(2, GICV5_ICH_HFGWTR_EL2, false, GICV5_HFGWTR_ALL);
	access_sys(2, GICV5_ICH_HFGITR_EL2, false, GICV5_HFGITR_ALL);
}

int main(void)
{
	struct vgicv5_soft_config config;
	const char *error;

	configure(&config);
	error = vgicv5_soft_create(&gic, &config);
	if (error) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	enter_el1(NULL);
	platform_on_cpu(1, enter_el1, NULL);
	payload_main();
	vgicv5_soft_destroy(gic);
	return 0;
}
