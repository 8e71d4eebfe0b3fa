/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pci_host.h"

#include "board.h"

#include <string.h>

#define QUEUES 4
#define PAGE 0x1000u
#define ALL_ONES(bytes) (~(uint64_t)0 >> (64 - 8 * (bytes)))

/* ECAM: 1 MiB for the bus, 4 KiB for each of its 256 functions. */
#define ECAM_FUNCTION(offset) ((offset) >> 12 & 0xff)
#define ECAM_REGISTER(offset) ((offset)&0xfff)
#define REQUESTER(slot) ((uint16_t)(((slot) + 1u) << 3))

/* ---- What the devices ask for: called under the lock ---- */

static void *map(void *ctx, uint64_t address, uint64_t bytes, bool write)
{
	const struct pci_slot *slot = ctx;

	return shell_dma_pointer(slot->host->vm, address, bytes, write);
}

static void send(void *ctx, uint64_t address, uint32_t data)
{
	const struct pci_slot *slot = ctx;

	shell_inject_msi(slot->host->vm, address, slot->requester, data);
}

/* ---- Accesses ---- */

static struct virtio_pci *find_function(struct pci_host *host, uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < PCI_HOST_SLOTS; i++)
		if (host->slot[i].requester == ECAM_FUNCTION(offset))
			return &host->slot[i].virtio;
	return NULL;
}

/* Configuration space is accessed in units of 1, 2 or 4 bytes at a multiple of them; the devices have 256 bytes. */
static bool config_access(uint32_t offset, unsigned int bytes)
{
	return bytes <= 4 && !(offset % bytes) && ECAM_REGISTER(offset) < PCI_CONFIG_SIZE;
}

static uint64_t ecam_read(void *ctx, uint32_t offset, unsigned int bytes)
{
	struct pci_host *host = ctx;
	struct virtio_pci *virtio = find_function(host, offset);
	uint64_t value;

	if (!virtio)
		return ALL_ONES(bytes);
	if (!config_access(offset, bytes))
		return 0;
	shell_lock(&host->lock);
	value = virtio_pci_config_read(virtio, ECAM_REGISTER(offset), bytes);
	shell_unlock(&host->lock);
	return value;
}

static void ecam_write(void *ctx, uint32_t offset, unsigned int bytes, uint64_t value)
{
	struct pci_host *host = ctx;
	struct virtio_pci *virtio = find_function(host, offset);

	if (!virtio || !config_access(offset, bytes))
		return;
	shell_lock(&host->lock);
	virtio_pci_config_write(virtio, ECAM_REGISTER(offset), bytes, (uint32_t)value);
	shell_unlock(&host->lock);
}

/* The device whose BAR is at an address of the window, and where in the BAR that is. */
static struct virtio_pci *find_bar(struct pci_host *host, uint32_t offset, uint32_t *at)
{
	uint64_t base;
	unsigned int i;

	for (i = 0; i < PCI_HOST_SLOTS; i++) {
		struct virtio_pci *virtio = &host->slot[i].virtio;

		if (virtio_pci_bar(virtio, &base) && BOARD_PCI_WINDOW + offset - base < VIRTIO_BAR_BYTES) {
			*at = (uint32_t)(BOARD_PCI_WINDOW + offset - base);
			return virtio;
		}
	}
	return NULL;
}

static uint64_t window_read(void *ctx, uint32_t offset, unsigned int bytes)
{
	struct pci_host *host = ctx;
	uint64_t value = ALL_ONES(bytes);
	struct virtio_pci *virtio;
	uint32_t at;

	shell_lock(&host->lock);
	virtio = find_bar(host, offset, &at);
	if (virtio)
		value = virtio_pci_bar_read(virtio, at, bytes);
	shell_unlock(&host->lock);
	return value;
}

static void window_write(void *ctx, uint32_t offset, unsigned int bytes, uint64_t value)
{
	struct pci_host *host = ctx;
	struct virtio_pci *virtio;
	uint32_t at;

	shell_lock(&host->lock);
	virtio = find_bar(host, offset, &at);
	if (virtio)
		virtio_pci_bar_write(virtio, at, bytes, value);
	shell_unlock(&host->lock);
}

static const struct shell_mmio_ops ecam_ops = {.read = ecam_read, .write = ecam_write};
static const struct shell_mmio_ops window_ops = {.read = window_read, .write = window_write};

/* ---- Saving: no vCPU runs ---- */

static void save(void *ctx, void *state)
{
	const struct pci_slot *slot = ctx;

	memcpy(state, slot->virtio.state, sizeof(struct virtio_pci_state));
}

/* Any state is safe; it has to be one of this device, so that the guest finds what it knows. */
static const char *check(void *ctx, const void *state)
{
	const struct pci_slot *slot = ctx;

	return virtio_pci_state_is_good(&slot->virtio, state) ? NULL : "its disk is another one";
}

static void restore(void *ctx, const void *state)
{
	struct pci_slot *slot = ctx;

	memcpy(slot->virtio.state, state, sizeof(struct virtio_pci_state));
}

static bool register_saved(struct pci_host *host)
{
	static const char *const names[PCI_HOST_SLOTS] = {"disk0", "disk1"};
	unsigned int i;

	for (i = 0; i < PCI_HOST_SLOTS; i++) {
		struct pci_slot *slot = &host->slot[i];
		const struct shell_saved_device device = {
			.name = names[i],
			.bytes = sizeof(struct virtio_pci_state),
			.save = save,
			.check = check,
			.restore = restore,
			.memory = slot->blk.disk,
			.memory_bytes = slot->allocated,
			.ctx = slot,
		};

		if (shell_saved_device_register(host->vm, &device))
			return false;
	}
	return true;
}

/* ---- Life ---- */

static const struct {
	const char *serial;
	uint16_t vectors;
} disks[PCI_HOST_SLOTS] = {
	{"memory-0", QUEUES + 1},
	{"memory-1", 2},
};

static void power_up(struct pci_host *host, unsigned int i)
{
	struct pci_slot *slot = &host->slot[i];
	const struct virtq_memory memory = {.map = map, .ctx = slot};
	const struct virtio_device device = virtio_blk_init(&slot->blk, slot->blk.disk, slot->blk.bytes,
							    disks[i].serial, QUEUES, disks[i].vectors);

	virtio_pci_init(&slot->virtio, &host->state[i], &device, &memory, send);
}

void pci_host_reset(struct pci_host *host)
{
	unsigned int i;

	shell_lock(&host->lock);
	for (i = 0; host->vm && i < PCI_HOST_SLOTS; i++)
		power_up(host, i);
	shell_unlock(&host->lock);
}

static void free_disks(struct pci_host *host)
{
	unsigned int i;

	for (i = 0; i < PCI_HOST_SLOTS; i++) {
		shell_free(host->slot[i].blk.disk, host->slot[i].allocated);
		host->slot[i] = (struct pci_slot){.host = host, .requester = REQUESTER(i)};
	}
}

/* Whole pages, for the sake of saving. */
static bool make_disk(struct pci_slot *slot, size_t bytes)
{
	slot->allocated = (bytes + PAGE - 1) / PAGE * PAGE;
	slot->blk.bytes = (bytes + BLK_SECTOR - 1) / BLK_SECTOR * BLK_SECTOR;
	slot->blk.disk = shell_alloc(slot->allocated, PAGE);
	return slot->blk.disk;
}

static bool register_all(struct pci_host *host)
{
	return !shell_mmio_register(host->vm, BOARD_PCI_ECAM, BOARD_PCI_ECAM_BYTES, &ecam_ops, host) &&
	       !shell_mmio_register(host->vm, BOARD_PCI_WINDOW, BOARD_PCI_WINDOW_BYTES, &window_ops, host) &&
	       register_saved(host);
}

int pci_host_create(struct pci_host *host, struct shell_vm *vm, const void *content, size_t bytes)
{
	if (content && (!bytes || bytes > PCI_HOST_MAX_DISK))
		return VGICV5_INVALID;
	free_disks(host);
	if (!make_disk(&host->slot[0], content ? bytes : PCI_HOST_DISK_BYTES) ||
	    !make_disk(&host->slot[1], PCI_HOST_SECOND_BYTES))
		return VGICV5_NO_MEMORY;
	if (content)
		memcpy(host->slot[0].blk.disk, content, bytes);
	host->vm = vm;
	pci_host_reset(host);
	return register_all(host) ? 0 : VGICV5_NO_MEMORY;
}
