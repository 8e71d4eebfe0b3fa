// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tier 1 of the POSIX port: memory for tables, guest memory, and the faults that can be armed.
 */
#include <stdlib.h>
#include <string.h>

#include <vgicv5/port.h>

#include "host_internal.h"

#define GUEST_PAGE 4096

/* ---- Faults ---- */

struct fault {
	uint64_t countdown; /* calls until it strikes; 0: not armed */
	uint64_t struck;
};

static struct fault faults[HAL_HOST_FAULT_COUNT];

void hal_host_fail(enum hal_host_fault fault, unsigned int nth)
{
	__atomic_store_n(&faults[fault].struck, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&faults[fault].countdown, nth, __ATOMIC_SEQ_CST);
}

bool hal_host_failed(enum hal_host_fault fault)
{
	return __atomic_load_n(&faults[fault].struck, __ATOMIC_SEQ_CST) != 0;
}

bool hal_host_strikes(enum hal_host_fault fault)
{
	uint64_t left = VGICV5_READ_ONCE(faults[fault].countdown);

	while (left && !__atomic_compare_exchange_n(&faults[fault].countdown, &left, left - 1, false,
						    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	if (left == 1)
		__atomic_store_n(&faults[fault].struck, 1, __ATOMIC_SEQ_CST);
	return left == 1;
}

/* ---- Memory for tables ---- */

static size_t outstanding;

static size_t whole_lines(size_t bytes)
{
	return (bytes + HAL_HOST_CACHE_LINE - 1) & ~(size_t)(HAL_HOST_CACHE_LINE - 1);
}

void *vgicv5_port_alloc(size_t bytes, size_t align)
{
	struct hal_host_thread *self = hal_host_self();
	void *ctx;
	const struct hal_host_bus *bus = hal_host_bus(&ctx);
	void *memory;

	hal_host_may_sleep(self, "vgicv5_port_alloc()");
	HAL_HOST_COUNT(self, allocs);
	if (!bytes || align < HAL_HOST_CACHE_LINE || (align & (align - 1)))
		hal_host_die("vgicv5_port_alloc(%zu, %zu): nothing, or no alignment", bytes, align);
	if (hal_host_strikes(HAL_HOST_FAULT_ALLOC))
		return NULL;
	memory = bus->alloc(ctx, whole_lines(bytes), align);
	if (memory)
		__atomic_fetch_add(&outstanding, bytes, __ATOMIC_RELAXED);
	return memory;
}

void vgicv5_port_free(void *memory, size_t bytes)
{
	struct hal_host_thread *self = hal_host_self();
	void *ctx;
	const struct hal_host_bus *bus = hal_host_bus(&ctx);

	hal_host_may_sleep(self, "vgicv5_port_free()");
	HAL_HOST_COUNT(self, frees);
	if (!memory)
		return;
	bus->free(ctx, memory, whole_lines(bytes));
	__atomic_fetch_sub(&outstanding, bytes, __ATOMIC_RELAXED);
}

uint64_t vgicv5_port_phys(const void *memory)
{
	void *ctx;
	const struct hal_host_bus *bus = hal_host_bus(&ctx);

	return bus->phys(ctx, memory);
}

size_t hal_host_outstanding(void)
{
	return __atomic_load_n(&outstanding, __ATOMIC_RELAXED);
}

/* ---- Guest memory ---- */

struct region {
	struct region *next;
	struct vgicv5_vm *vm;
	uint64_t gpa;
	uint8_t *host;
	size_t bytes;
	uint8_t dirty[]; /* one per page */
};

static pthread_mutex_t regions_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct region *regions;

void hal_host_guest_memory_add(struct vgicv5_vm *vm, uint64_t gpa, void *host, size_t bytes)
{
	struct region *region = calloc(1, sizeof(*region) + bytes / GUEST_PAGE + 2);

	if (!region)
		hal_host_die("no memory for a guest region");
	region->vm = vm;
	region->gpa = gpa;
	region->host = host;
	region->bytes = bytes;
	pthread_mutex_lock(&regions_mutex);
	region->next = regions;
	regions = region;
	pthread_mutex_unlock(&regions_mutex);
}

void hal_host_guest_memory_clear(void)
{
	struct region *region;

	pthread_mutex_lock(&regions_mutex);
	while (regions) {
		region = regions;
		regions = region->next;
		free(region);
	}
	pthread_mutex_unlock(&regions_mutex);
}

/* The region that holds all of the range, or NULL. Under regions_mutex. */
static struct region *find_region(const struct vgicv5_vm *vm, uint64_t gpa, size_t bytes)
{
	struct region *region;

	for (region = regions; region; region = region->next) {
		if (region->vm && region->vm != vm)
			continue;
		if (gpa >= region->gpa && bytes <= region->bytes &&
		    gpa - region->gpa <= region->bytes - bytes)
			return region;
	}
	return NULL;
}

static size_t page_in(const struct region *region, uint64_t gpa)
{
	return (size_t)(gpa / GUEST_PAGE - region->gpa / GUEST_PAGE);
}

bool hal_host_guest_dirty(struct vgicv5_vm *vm, uint64_t gpa)
{
	const struct region *region;
	bool dirty;

	pthread_mutex_lock(&regions_mutex);
	region = find_region(vm, gpa, 1);
	dirty = region && region->dirty[page_in(region, gpa)];
	pthread_mutex_unlock(&regions_mutex);
	return dirty;
}

/* Under regions_mutex. */
static void mark_dirty(struct region *region, uint64_t gpa, size_t bytes)
{
	size_t page;

	for (page = page_in(region, gpa); bytes && page <= page_in(region, gpa + bytes - 1); page++)
		region->dirty[page] = 1;
}

/* Copies under the mutex: guest memory of a test needs no more concurrency than that. */
static int guest_copy(struct vgicv5_vm *vm, uint64_t gpa, void *to, const void *from, size_t bytes)
{
	struct region *region;

	if (hal_host_strikes(HAL_HOST_FAULT_GUEST_ACCESS))
		return VGICV5_FAULT;
	pthread_mutex_lock(&regions_mutex);
	region = find_region(vm, gpa, bytes);
	if (region && to)
		memcpy(to, region->host + (gpa - region->gpa), bytes);
	if (region && from) {
		memcpy(region->host + (gpa - region->gpa), from, bytes);
		mark_dirty(region, gpa, bytes);
	}
	pthread_mutex_unlock(&regions_mutex);
	return region ? 0 : VGICV5_FAULT;
}

static void (*read_fn)(void *ctx, struct vgicv5_vm *vm, uint64_t gpa);
static void *read_ctx;

void hal_host_on_guest_read(void (*fn)(void *ctx, struct vgicv5_vm *vm, uint64_t gpa), void *ctx)
{
	read_ctx = ctx;
	__atomic_store_n(&read_fn, fn, __ATOMIC_RELEASE);
}

int vgicv5_port_guest_read(struct vgicv5_vm *vm, uint64_t gpa, void *to, size_t bytes)
{
	void (*fn)(void *ctx, struct vgicv5_vm *vm, uint64_t gpa) =
		__atomic_load_n(&read_fn, __ATOMIC_ACQUIRE);
	struct hal_host_thread *self = hal_host_self();

	hal_host_may_sleep(self, "vgicv5_port_guest_read()");
	HAL_HOST_COUNT(self, guest_reads);
	if (fn)
		fn(read_ctx, vm, gpa);
	return guest_copy(vm, gpa, to, NULL, bytes);
}

int vgicv5_port_guest_write(struct vgicv5_vm *vm, uint64_t gpa, const void *from, size_t bytes)
{
	struct hal_host_thread *self = hal_host_self();

	hal_host_may_sleep(self, "vgicv5_port_guest_write()");
	HAL_HOST_COUNT(self, guest_writes);
	return guest_copy(vm, gpa, NULL, from, bytes);
}
