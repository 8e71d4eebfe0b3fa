/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shell's PCI host bridge: who answers where, whose MSIs they are, and what is given back. The hypervisor below it
 * is a few functions of this file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pci_host.h"

#include "board.h"

#define RAM_BYTES 0x10000u
#define FUNCTION(slot) ((uint32_t)(slot) << 15)
#define BAR 0x20000u /* of slot 1, from the beginning of the window */

/* ---- The hypervisor ---- */

struct region {
	uint64_t ipa;
	uint64_t bytes;
	const struct shell_mmio_ops *ops;
	void *ctx;
};

static struct {
	struct region region[2];
	unsigned int regions;
	struct shell_saved_device saved[2];
	unsigned int saves;
	size_t allocated;
	bool locked;
	unsigned int messages;
	uint32_t device_id;
	uint64_t address;
	uint32_t data;
} hypervisor;

static uint8_t ram[RAM_BYTES];
static struct pci_host host;
static int vm_storage;
static struct shell_vm *const vm = (void *)&vm_storage;

void *shell_alloc(size_t bytes, size_t align)
{
	void *memory = aligned_alloc(align, bytes);

	hypervisor.allocated += bytes;
	return memory ? memset(memory, 0, bytes) : NULL;
}

void shell_free(void *memory, size_t bytes)
{
	hypervisor.allocated -= memory ? bytes : 0;
	free(memory);
}

void shell_lock(shell_lock_t *lock)
{
	assert_ptr_equal(lock, &host.lock);
	assert_false(hypervisor.locked);
	hypervisor.locked = true;
}

void shell_unlock(shell_lock_t *lock)
{
	assert_ptr_equal(lock, &host.lock);
	assert_true(hypervisor.locked);
	hypervisor.locked = false;
}

int shell_mmio_register(struct shell_vm *owner, uint64_t ipa, uint64_t bytes,
			const struct shell_mmio_ops *ops, void *ctx)
{
	assert_ptr_equal(owner, vm);
	assert_true(hypervisor.regions < 2);
	hypervisor.region[hypervisor.regions++] = (struct region){ipa, bytes, ops, ctx};
	return 0;
}

int shell_saved_device_register(struct shell_vm *owner, const struct shell_saved_device *device)
{
	assert_ptr_equal(owner, vm);
	assert_true(hypervisor.saves < 2);
	hypervisor.saved[hypervisor.saves++] = *device;
	return 0;
}

void *shell_dma_pointer(struct shell_vm *owner, uint64_t ipa, uint64_t bytes, bool write)
{
	uint64_t offset = ipa - SHELL_GUEST_RAM;

	(void)write;
	assert_ptr_equal(owner, vm);
	return offset <= RAM_BYTES && bytes <= RAM_BYTES - offset ? ram + offset : NULL;
}

void shell_inject_msi(struct shell_vm *owner, uint64_t address, uint32_t device_id, uint32_t data)
{
	assert_ptr_equal(owner, vm);
	assert_true(hypervisor.locked);
	hypervisor.messages++;
	hypervisor.device_id = device_id;
	hypervisor.address = address;
	hypervisor.data = data;
}

/* ---- The guest ---- */

static const struct region *ecam, *window;

static uint64_t read_at(const struct region *region, uint32_t offset, unsigned int bytes)
{
	uint64_t value = region->ops->read(region->ctx, offset, bytes);

	assert_false(hypervisor.locked);
	return value;
}

static void write_at(const struct region *region, uint32_t offset, unsigned int bytes, uint64_t value)
{
	region->ops->write(region->ctx, offset, bytes, value);
	assert_false(hypervisor.locked);
}

static int create(void **unused)
{
	(void)unused;
	memset(&hypervisor, 0, sizeof(hypervisor));
	memset(ram, 0, sizeof(ram));
	memset(&host, 0, sizeof(host));
	assert_int_equal(pci_host_create(&host, vm, NULL, 0), 0);
	ecam = &hypervisor.region[0];
	window = &hypervisor.region[1];
	return 0;
}

static int give_back(void **unused)
{
	(void)unused;
	free(host.slot[0].blk.disk);
	free(host.slot[1].blk.disk);
	return 0;
}

/* The BARs of slots 1 and 2 beside each other. */
static void place_bars(void)
{
	uint32_t slot;

	for (slot = 1; slot <= 2; slot++) {
		write_at(ecam, FUNCTION(slot) + PCI_BAR0, 4,
			 BOARD_PCI_WINDOW + BAR + (slot - 1) * VIRTIO_BAR_BYTES);
		write_at(ecam, FUNCTION(slot) + PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	}
}

/* ---- Tests ---- */

static void two_functions_answer(void **unused)
{
	uint32_t function, there = 0;

	(void)unused;
	assert_int_equal(ecam->ipa, BOARD_PCI_ECAM);
	assert_int_equal(ecam->bytes, 1u << 20);
	for (function = 0; function < 256; function++) {
		if (read_at(ecam, function << 12, 4) == 0xffffffff)
			continue;
		assert_int_equal(read_at(ecam, function << 12, 4), 0x10421af4);
		there |= 1u << function % 32;
		assert_in_range(function, 0, 31);
	}
	assert_int_equal(there, 1u << 8 | 1u << 16);
	assert_int_equal(read_at(ecam, 0, 1), 0xff);
	assert_int_equal(read_at(ecam, 0, 2), 0xffff);
	assert_int_equal(read_at(ecam, 0, 8), ~(uint64_t)0);
}

static void odd_accesses_do_nothing(void **unused)
{
	struct pci_host before;

	(void)unused;
	/* What lies behind the configuration space in our memory is not the guest's. */
	memset(&host.state[0].msix, 0xff, sizeof(host.state[0].msix));
	before = host;
	assert_int_equal(read_at(ecam, FUNCTION(1) + 0x100, 4), 0);
	assert_int_equal(read_at(ecam, FUNCTION(1) + 0xffc, 4), 0);
	assert_int_equal(read_at(ecam, FUNCTION(1), 8), 0);
	write_at(ecam, FUNCTION(1) + PCI_BAR0, 8, ~(uint64_t)0);
	write_at(ecam, FUNCTION(1) + PCI_BAR0 + 2, 4, 0xffffffff);
	write_at(ecam, FUNCTION(1) + 0xfff, 2, 0xffff);
	write_at(ecam, FUNCTION(3) + PCI_BAR0, 4, 0xffffffff);
	assert_memory_equal(host.state, before.state, sizeof(before.state));
}

static void bars_are_where_they_were_put(void **unused)
{
	(void)unused;
	assert_int_equal(read_at(window, BAR + 0x12, 2), 0xffff);
	place_bars();
	assert_int_equal(read_at(window, BAR + 0x12, 2), 4);
	/* One vector more than queues; two. */
	assert_int_equal(read_at(window, BAR + 0x4000 + 4 * 16 + 12, 4), 1);
	assert_int_equal(read_at(window, BAR + 0x4000 + 5 * 16 + 12, 4), 0);
	assert_int_equal(read_at(window, BAR + VIRTIO_BAR_BYTES + 0x4000 + 16 + 12, 4), 1);
	assert_int_equal(read_at(window, BAR + VIRTIO_BAR_BYTES + 0x4000 + 2 * 16 + 12, 4), 0);
	assert_int_equal(read_at(window, BAR - 1, 1), 0xff);
	assert_int_equal(read_at(window, BAR + 2 * VIRTIO_BAR_BYTES, 4), 0xffffffff);
	write_at(ecam, FUNCTION(1) + PCI_COMMAND, 2, 0);
	assert_int_equal(read_at(window, BAR + 0x12, 2), 0xffff);
}

/* A message of each device, by its pending bit. */
static void messages_carry_their_device_id(void **unused)
{
	uint32_t slot;

	(void)unused;
	place_bars();
	for (slot = 1; slot <= 2; slot++) {
		uint32_t bar = BAR + (slot - 1) * VIRTIO_BAR_BYTES;

		write_at(window, bar + 0x4000, 8, 0x8090000);
		write_at(window, bar + 0x4000 + 8, 4, 5 * slot);
		write_at(ecam, FUNCTION(slot) + host.slot[slot - 1].virtio.msix_at + 2, 2, 0x8000);
		host.state[slot - 1].msix.pending = 1;
		write_at(window, bar + 0x4000 + 12, 4, 0);
		assert_int_equal(hypervisor.messages, slot);
		assert_int_equal(hypervisor.device_id, slot << 3);
		assert_int_equal(hypervisor.address, 0x8090000);
		assert_int_equal(hypervisor.data, 5 * slot);
	}
}

static void content_is_copied_and_padded(void **unused)
{
	static const char content[] = "not a whole sector";

	(void)unused;
	hypervisor.regions = hypervisor.saves = 0;
	assert_int_equal(pci_host_create(&host, vm, content, sizeof(content)), 0);
	assert_int_equal(host.slot[0].blk.bytes, 512);
	assert_memory_equal(host.slot[0].blk.disk, content, sizeof(content));
	assert_int_equal(host.slot[0].blk.disk[511], 0);
	/* What the first one had was given back. */
	assert_int_equal(hypervisor.allocated, 0x1000 + PCI_HOST_SECOND_BYTES);
	assert_int_equal(pci_host_create(&host, vm, content, PCI_HOST_MAX_DISK + 1), VGICV5_INVALID);
	assert_int_equal(pci_host_create(&host, vm, content, 0), VGICV5_INVALID);
}

static void a_reset_keeps_the_disks(void **unused)
{
	(void)unused;
	place_bars();
	host.slot[1].blk.disk[7] = 7;
	pci_host_reset(&host);
	assert_int_equal(read_at(ecam, FUNCTION(1) + PCI_BAR0, 4), 0);
	assert_int_equal(read_at(ecam, FUNCTION(2) + PCI_COMMAND, 2), 0);
	assert_int_equal(host.slot[1].blk.disk[7], 7);
}

static void what_is_saved_comes_back(void **unused)
{
	const struct shell_saved_device *saved = &hypervisor.saved[1];
	struct virtio_pci_state state;

	(void)unused;
	assert_int_equal(hypervisor.saves, 2);
	assert_int_equal(saved->memory_bytes, PCI_HOST_SECOND_BYTES);
	assert_ptr_equal(saved->memory, host.slot[1].blk.disk);
	assert_int_equal(saved->bytes, sizeof(state));
	place_bars();
	saved->save(saved->ctx, &state);
	pci_host_reset(&host);
	assert_null(saved->check(saved->ctx, &state));
	saved->restore(saved->ctx, &state);
	assert_int_equal(read_at(window, BAR + VIRTIO_BAR_BYTES + 0x12, 2), 4);
	state.config[0]++;
	assert_non_null(saved->check(saved->ctx, &state));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, create, give_back)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_functions_answer),	    TEST(odd_accesses_do_nothing),
		TEST(bars_are_where_they_were_put), TEST(messages_carry_their_device_id),
		TEST(content_is_copied_and_padded), TEST(a_reset_keeps_the_disks),
		TEST(what_is_saved_comes_back),
	};

	return cmocka_run_group_tests_name("pci host", tests, NULL, NULL);
}
