// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tier 0 of the POSIX port: counts each access and passes it on to the bus.
 */
#include <stdlib.h>
#include <string.h>

#include "host_internal.h"

static const struct hal_host_bus *bound = &hal_host_no_bus;
static void *bound_ctx;

void hal_host_bind(const struct hal_host_bus *bus, void *ctx)
{
	bound = bus ? bus : &hal_host_no_bus;
	bound_ctx = ctx;
}

const struct hal_host_bus *hal_host_bus(void **ctx)
{
	*ctx = bound_ctx;
	return bound;
}

uint64_t hal_host_read(enum hal_host_reg reg)
{
	struct hal_host_thread *self = hal_host_self();

	HAL_HOST_COUNT(self, sysreg_reads);
	HAL_HOST_COUNT(self, reads[reg]);
	return bound->sys(bound_ctx, self->pe, hal_host_reg_encoding(reg), true, 0);
}

void hal_host_write(enum hal_host_reg reg, uint64_t value)
{
	struct hal_host_thread *self = hal_host_self();

	HAL_HOST_COUNT(self, sysreg_writes);
	HAL_HOST_COUNT(self, writes[reg]);
	bound->sys(bound_ctx, self->pe, hal_host_reg_encoding(reg), false, value);
}

void hal_host_gic(enum hal_host_insn insn, uint64_t operand)
{
	struct hal_host_thread *self = hal_host_self();

	HAL_HOST_COUNT(self, instructions);
	HAL_HOST_COUNT(self, insns[insn]);
	bound->sys(bound_ctx, self->pe, hal_host_insn_encoding(insn), false, operand);
}

uint64_t hal_host_gicr(enum hal_host_insn insn)
{
	struct hal_host_thread *self = hal_host_self();

	HAL_HOST_COUNT(self, instructions);
	HAL_HOST_COUNT(self, insns[insn]);
	return bound->sys(bound_ctx, self->pe, hal_host_insn_encoding(insn), true, 0);
}

void hal_host_isb(void)
{
	struct hal_host_thread *self = hal_host_self();

	HAL_HOST_COUNT(self, isbs);
	bound->isb(bound_ctx, self->pe);
}

/* Of the host's own order: an atomic on a thread's own variable, since the thread sanitizer knows no fences. */
static void full_barrier(void)
{
	static _Thread_local uint64_t unused;

	__atomic_fetch_add(&unused, 1, __ATOMIC_SEQ_CST);
}

void hal_host_dsb_st(void)
{
	HAL_HOST_COUNT(hal_host_self(), dsb_sts);
	full_barrier();
}

void hal_host_dsb_sy(void)
{
	HAL_HOST_COUNT(hal_host_self(), dsb_sys);
	full_barrier();
}

uint64_t hal_host_mmio_read(const volatile void *address, unsigned int bytes)
{
	HAL_HOST_COUNT(hal_host_self(), mmio_reads);
	return bound->mmio_read(bound_ctx, address, bytes);
}

void hal_host_mmio_write(volatile void *address, unsigned int bytes, uint64_t value)
{
	HAL_HOST_COUNT(hal_host_self(), mmio_writes);
	bound->mmio_write(bound_ctx, address, bytes, value);
}

void hal_host_cache_maintain(const void *start, size_t bytes)
{
	HAL_HOST_COUNT(hal_host_self(), cache_maintains);
	bound->cache_maintained(bound_ctx, start, bytes);
}

/* ---- No bus: registers are variables, frames are memory ---- */

static uint64_t none_sys(void *ctx, unsigned int pe, unsigned int encoding, bool read, uint64_t value)
{
	struct hal_host_thread *self = hal_host_self();
	unsigned int reg;

	(void)ctx;
	(void)pe;
	for (reg = 0; reg < HAL_HOST_REG_COUNT; reg++) {
		if (hal_host_reg_encoding((enum hal_host_reg)reg) != encoding)
			continue;
		if (!read)
			self->regs[reg] = value;
		return self->regs[reg];
	}
	return 0;
}

static void none_isb(void *ctx, unsigned int pe)
{
	(void)ctx;
	(void)pe;
}

static uint64_t none_mmio_read(void *ctx, const volatile void *address, unsigned int bytes)
{
	(void)ctx;
	if (bytes == 8)
		return *(const volatile uint64_t *)address;
	return *(const volatile uint32_t *)address;
}

static void none_mmio_write(void *ctx, volatile void *address, unsigned int bytes, uint64_t value)
{
	(void)ctx;
	if (bytes == 8)
		*(volatile uint64_t *)address = value;
	else
		*(volatile uint32_t *)address = (uint32_t)value;
}

static void *none_alloc(void *ctx, size_t bytes, size_t align)
{
	size_t rounded = (bytes + align - 1) & ~(align - 1);
	void *memory = aligned_alloc(align, rounded);

	(void)ctx;
	return memory ? memset(memory, 0, rounded) : NULL;
}

static void none_free(void *ctx, void *memory, size_t bytes)
{
	(void)ctx;
	(void)bytes;
	free(memory);
}

static uint64_t none_phys(void *ctx, const void *memory)
{
	(void)ctx;
	return (uintptr_t)memory;
}

static void none_maintained(void *ctx, const void *start, size_t bytes)
{
	(void)ctx;
	(void)start;
	(void)bytes;
}

static bool none_lpi_take(void *ctx, unsigned int pe, uint32_t *lpi)
{
	static uint32_t next;

	(void)ctx;
	(void)pe;
	*lpi = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) & 0xffffff;
	return true;
}

static void none_lpi_release(void *ctx, uint32_t lpi)
{
	(void)ctx;
	(void)lpi;
}

static void none_lpi_steer(void *ctx, uint32_t lpi, unsigned int pe)
{
	(void)ctx;
	(void)lpi;
	(void)pe;
}

const struct hal_host_bus hal_host_no_bus = {
	.sys = none_sys,
	.isb = none_isb,
	.mmio_read = none_mmio_read,
	.mmio_write = none_mmio_write,
	.alloc = none_alloc,
	.free = none_free,
	.phys = none_phys,
	.cache_maintained = none_maintained,
	.lpi_take = none_lpi_take,
	.lpi_release = none_lpi_release,
	.lpi_steer = none_lpi_steer,
};
