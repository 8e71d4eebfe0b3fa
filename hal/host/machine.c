// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A machine for tests: the software GICv5 behind the port's bus.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <vgicv5/arch/irs.h>

#include "host_internal.h"
#include "machine.h"

#define FRAMES 2  /* of an IRS: config and SETLPI */
#define JUNK 0xa5 /* in freed memory */

/* EL2 of the host; IMO routes physical interrupts to it. */
static const struct vgicv5_soft_access at_el2 = {.el = 2, .imo = true};
static const struct vgicv5_soft_access at_el1 = {.el = 1, .imo = true};

/* ---- Callbacks of the software GICv5 ---- */

static void *soft_alloc(void *ctx, size_t bytes)
{
	(void)ctx;
	return calloc(1, bytes);
}

static void soft_free(void *ctx, void *memory, size_t bytes)
{
	(void)ctx;
	(void)bytes;
	free(memory);
}

/* Whole words in one piece, as the bus would: the library may look at the same word. */
static bool soft_mem_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	struct hal_host_machine *machine = ctx;
	const void *from = arena_va(&machine->arena, pa, bytes);

	if (!from)
		return false;
	if (bytes == 8 && pa % 8 == 0) {
		uint64_t value = __atomic_load_n((const uint64_t *)from, __ATOMIC_RELAXED);

		memcpy(to, &value, sizeof(value));
	} else if (bytes == 4 && pa % 4 == 0) {
		uint32_t value = __atomic_load_n((const uint32_t *)from, __ATOMIC_RELAXED);

		memcpy(to, &value, sizeof(value));
	} else {
		memcpy(to, from, bytes);
	}
	return true;
}

static bool soft_mem_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	struct hal_host_machine *machine = ctx;
	void *to = arena_va(&machine->arena, pa, bytes);

	if (!to)
		return false;
	if (bytes == 8 && pa % 8 == 0) {
		uint64_t value;

		memcpy(&value, from, sizeof(value));
		__atomic_store_n((uint64_t *)to, value, __ATOMIC_RELAXED);
	} else if (bytes == 4 && pa % 4 == 0) {
		uint32_t value;

		memcpy(&value, from, sizeof(value));
		__atomic_store_n((uint32_t *)to, value, __ATOMIC_RELAXED);
	} else {
		memcpy(to, from, bytes);
	}
	return true;
}

static void soft_lock(void *ctx)
{
	struct hal_host_machine *machine = ctx;

	pthread_mutex_lock(&machine->soft_mutex);
}

static void soft_unlock(void *ctx)
{
	struct hal_host_machine *machine = ctx;

	pthread_mutex_unlock(&machine->soft_mutex);
}

static void soft_violation(void *ctx, const char *rule, const char *text)
{
	struct hal_host_machine *machine = ctx;

	snprintf(machine->violation, sizeof(machine->violation), "%s: %s", rule, text);
	__atomic_fetch_add(&machine->violations, 1, __ATOMIC_RELAXED);
}

static const struct vgicv5_soft_ops soft_ops = {
	.alloc = soft_alloc,
	.free = soft_free,
	.mem_read = soft_mem_read,
	.mem_write = soft_mem_write,
	.lock = soft_lock,
	.unlock = soft_unlock,
	.signal = machine_signal,
	.violation = soft_violation,
};

/* ---- The bus ---- */

static uint64_t bus_sys(void *ctx, unsigned int pe, unsigned int encoding, bool read, uint64_t value)
{
	struct hal_host_machine *machine = ctx;

	if (vgicv5_soft_sys(machine->soft, pe, &at_el2, encoding, read, &value) != VGICV5_SOFT_DONE)
		hal_host_die("PE %u: %s of encoding 0x%x faults at EL2", pe, read ? "read" : "write",
			     encoding);
	return value;
}

static void bus_isb(void *ctx, unsigned int pe)
{
	struct hal_host_machine *machine = ctx;

	vgicv5_soft_context_sync(machine->soft, pe);
}

struct place {
	unsigned int irs;
	enum vgicv5_soft_frame frame;
	uint32_t offset;
};

static struct place place_of(const struct hal_host_machine *machine, const volatile void *address)
{
	size_t offset = (size_t)((const volatile uint8_t *)address - machine->frames);
	struct place place = {0};

	if (offset >= machine->frame_bytes)
		hal_host_die("access to %p, where no frame is", (const void *)(uintptr_t)address);
	place.irs = (unsigned int)(offset / (FRAMES * GICV5_FRAME_SIZE));
	place.frame =
		offset / GICV5_FRAME_SIZE % FRAMES ? VGICV5_SOFT_SETLPI_FRAME : VGICV5_SOFT_CONFIG_FRAME;
	place.offset = (uint32_t)(offset % GICV5_FRAME_SIZE);
	return place;
}

static uint64_t bus_mmio_read(void *ctx, const volatile void *address, unsigned int bytes)
{
	struct hal_host_machine *machine = ctx;
	struct place place = place_of(machine, address);

	return vgicv5_soft_mmio_read(machine->soft, place.irs, place.frame, place.offset, bytes);
}

static void bus_mmio_write(void *ctx, volatile void *address, unsigned int bytes, uint64_t value)
{
	struct hal_host_machine *machine = ctx;
	struct place place = place_of(machine, address);

	vgicv5_soft_mmio_write(machine->soft, place.irs, place.frame, place.offset, bytes, value);
}

static void *bus_alloc(void *ctx, size_t bytes, size_t align)
{
	struct hal_host_machine *machine = ctx;
	void *memory = arena_alloc(&machine->arena, bytes, align);

	return memory ? memset(memory, 0, bytes) : NULL;
}

/*
 * For an IRS that is not coherent the next owner finds junk there until the library has cleaned what it wrote, zeroes
 * included. The lines are given up first: the model would take junk over what the IRS has written for a mistake.
 */
static void bus_free(void *ctx, void *memory, size_t bytes)
{
	struct hal_host_machine *machine = ctx;
	uint64_t pa = arena_pa(&machine->arena, memory);

	vgicv5_soft_check_free(machine->soft, pa, bytes);
	vgicv5_soft_cache_maintained(machine->soft, pa, bytes);
	memset(memory, JUNK, bytes);
	vgicv5_soft_cache_maintained(machine->soft, pa, bytes);
	arena_free(&machine->arena, memory, bytes);
}

static uint64_t bus_phys(void *ctx, const void *memory)
{
	struct hal_host_machine *machine = ctx;

	return arena_pa(&machine->arena, memory);
}

static void bus_cache_maintained(void *ctx, const void *start, size_t bytes)
{
	struct hal_host_machine *machine = ctx;

	vgicv5_soft_cache_maintained(machine->soft, arena_pa(&machine->arena, start), bytes);
}

static const struct hal_host_bus machine_bus = {
	.sys = bus_sys,
	.isb = bus_isb,
	.mmio_read = bus_mmio_read,
	.mmio_write = bus_mmio_write,
	.alloc = bus_alloc,
	.free = bus_free,
	.phys = bus_phys,
	.cache_maintained = bus_cache_maintained,
	.lpi_take = machine_lpi_take,
	.lpi_release = machine_lpi_release,
	.lpi_steer = machine_lpi_steer,
};

void hal_host_machine_bind(struct hal_host_machine *machine)
{
	hal_host_bind(&machine_bus, machine);
}

/* ---- Life ---- */

/* Memory and frames. */
static const char *make_places(struct hal_host_machine *machine, size_t memory_bytes)
{
	void *frames;

	if (memory_bytes % GICV5_FRAME_SIZE)
		return "memory_bytes is not a multiple of 64 KiB";
	if (!arena_init(&machine->arena, memory_bytes ? memory_bytes : HAL_HOST_MACHINE_MEMORY))
		return "no memory for the machine's memory";
	machine->frame_bytes = (size_t)machine->config.irs_count * FRAMES * GICV5_FRAME_SIZE;
	frames = mmap(NULL, machine->frame_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		      0);
	if (frames == MAP_FAILED)
		return "no memory for the machine's frames";
	machine->frames = frames;
	return NULL;
}

const char *hal_host_machine_create(struct hal_host_machine **result, const struct vgicv5_soft_config *config,
				    size_t memory_bytes)
{
	struct hal_host_machine *machine = calloc(1, sizeof(*machine));
	const char *wrong;

	*result = NULL;
	if (!machine)
		return "no memory for a machine";
	if (config)
		machine->config = *config;
	else
		vgicv5_soft_default_config(&machine->config, HAL_HOST_MACHINE_PES);
	machine->config.ops = &soft_ops;
	machine->config.ctx = machine;
	pthread_mutex_init(&machine->soft_mutex, NULL);
	pthread_mutex_init(&machine->signal_mutex, NULL);
	pthread_cond_init(&machine->signal_cond, NULL);
	wrong = vgicv5_soft_create(&machine->soft, &machine->config);
	if (!wrong)
		wrong = make_places(machine, memory_bytes);
	if (!wrong)
		wrong = machine_boot(machine);
	if (wrong)
		hal_host_machine_destroy(machine);
	else
		*result = machine;
	return wrong;
}

void hal_host_machine_destroy(struct hal_host_machine *machine)
{
	void *bound;

	if (!machine)
		return;
	hal_host_machine_stop_interrupts(machine);
	if (hal_host_bus(&bound) == &machine_bus && bound == machine)
		hal_host_bind(NULL, NULL);
	vgicv5_soft_destroy(machine->soft);
	if (machine->frames)
		munmap((void *)(uintptr_t)machine->frames, machine->frame_bytes);
	if (machine->arena.base)
		arena_fini(&machine->arena);
	free(machine->lpi_taken);
	pthread_cond_destroy(&machine->signal_cond);
	pthread_mutex_destroy(&machine->signal_mutex);
	pthread_mutex_destroy(&machine->soft_mutex);
	free(machine);
}

/* ---- Looking and acting from outside ---- */

struct vgicv5_soft *hal_host_machine_soft(struct hal_host_machine *machine)
{
	return machine->soft;
}

volatile void *hal_host_machine_irs(struct hal_host_machine *machine, unsigned int irs)
{
	return machine->frames + (size_t)irs * FRAMES * GICV5_FRAME_SIZE;
}

void *hal_host_machine_memory(struct hal_host_machine *machine, uint64_t pa)
{
	return arena_va(&machine->arena, pa, 1);
}

enum vgicv5_soft_result hal_host_machine_guest(struct hal_host_machine *machine, unsigned int pe,
					       unsigned int encoding, bool read, uint64_t *value)
{
	return vgicv5_soft_sys(machine->soft, pe, &at_el1, encoding, read, value);
}

bool hal_host_machine_guest_irq(struct hal_host_machine *machine, unsigned int pe)
{
	unsigned int signals = vgicv5_soft_signals(machine->soft, pe, &at_el1);

	return signals & (VGICV5_SOFT_VIRQ | VGICV5_SOFT_VIRQ_NMI);
}

unsigned int hal_host_machine_violations(struct hal_host_machine *machine)
{
	return __atomic_load_n(&machine->violations, __ATOMIC_RELAXED);
}

const char *hal_host_machine_last_violation(struct hal_host_machine *machine)
{
	return machine->violation;
}
