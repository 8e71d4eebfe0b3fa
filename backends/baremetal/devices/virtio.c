/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "virtio.h"

#include "board.h"

#include <libfdt.h>

#define PAGE 0x1000u

/* Registers of a transport (virtio 1.2, section 4.2.2). */
enum virtio_register { VIRTIO_MAGIC = 0x00, VIRTIO_DEVICE_ID = 0x08, VIRTIO_STATUS = 0x70 };

#define VIRTIO_MAGIC_VALUE 0x74726976u

static volatile uint8_t *transport(unsigned int index)
{
	return (volatile uint8_t *)(uintptr_t)(BOARD_VIRTIO_BASE + index * BOARD_VIRTIO_STRIDE);
}

static bool has_device(unsigned int index)
{
	return vgicv5_mmio_read32(transport(index) + VIRTIO_MAGIC) == VIRTIO_MAGIC_VALUE &&
	       vgicv5_mmio_read32(transport(index) + VIRTIO_DEVICE_ID) != 0;
}

/* Transport of a node of the machine's tree, or -1: where there is none, its registers must not be touched. */
static int node_transport(const void *fdt, int node)
{
	const fdt32_t *reg;
	uint64_t base;
	int length;

	reg = fdt_getprop(fdt, node, "reg", &length);
	if (!reg || length < 8)
		return -1;
	base = (uint64_t)fdt32_to_cpu(reg[0]) << 32 | fdt32_to_cpu(reg[1]);
	if (base < BOARD_VIRTIO_BASE || (base - BOARD_VIRTIO_BASE) % BOARD_VIRTIO_STRIDE)
		return -1;
	base = (base - BOARD_VIRTIO_BASE) / BOARD_VIRTIO_STRIDE;
	return base < BOARD_VIRTIO_COUNT ? (int)base : -1;
}

static uint32_t find_devices(const void *fdt)
{
	uint32_t found = 0;
	int node = -1;

	while ((node = fdt_node_offset_by_compatible(fdt, node, "virtio,mmio")) >= 0) {
		int index = node_transport(fdt, node);

		if (index >= 0 && has_device((unsigned int)index))
			found |= UINT32_C(1) << index;
	}
	return found;
}

static bool hand_over(struct shell_vm *vm, unsigned int index)
{
	unsigned int spi = BOARD_VIRTIO_SPI + index;
	int error = shell_line_assign(vm, spi);

	if (error)
		con_printf("virtio %u: SPI %u cannot be had: %s\n", index, spi, vgicv5_strerror(error));
	return !error;
}

static bool map_pages(struct shell_vm *vm, uint32_t found)
{
	uint32_t per_page = PAGE / BOARD_VIRTIO_STRIDE;
	uint32_t first;

	for (first = 0; first < BOARD_VIRTIO_COUNT; first += per_page)
		if ((found >> first & ((1u << per_page) - 1)) &&
		    shell_mmio_pass_through(vm, BOARD_VIRTIO_BASE + first * BOARD_VIRTIO_STRIDE, PAGE))
			return false;
	return true;
}

uint32_t virtio_pass_through(struct shell_vm *vm)
{
	uint32_t found = find_devices(shell_boot.fdt);
	unsigned int i;

	if (!map_pages(vm, found)) {
		con_printf("virtio: the transports cannot be mapped\n");
		return 0;
	}
	for (i = 0; i < BOARD_VIRTIO_COUNT; i++)
		if ((found >> i & 1) && !hand_over(vm, i))
			found &= ~(UINT32_C(1) << i);
	return found;
}

void virtio_reset(struct shell_vm *vm, uint32_t transports)
{
	unsigned int i;

	for (i = 0; i < BOARD_VIRTIO_COUNT; i++) {
		if (!(transports >> i & 1))
			continue;
		vgicv5_mmio_write32(transport(i) + VIRTIO_STATUS, 0);
		shell_line_reset(vm, BOARD_VIRTIO_SPI + i);
	}
}
