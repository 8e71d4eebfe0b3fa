/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What lies in the guest's RAM when it starts.
 */
#include "vmm.h"

#include <devices/board.h>
#include <devices/guest_fdt.h>
#include <devices/layout.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *read_file(const char *path, size_t *bytes)
{
	FILE *file = fopen(path, "rb");
	void *data;
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0)
		die(path);
	rewind(file);
	*bytes = (size_t)size;
	data = malloc(*bytes + 1);
	if (!data || fread(data, 1, *bytes, file) != *bytes)
		die(path);
	fclose(file);
	return data;
}

static uint8_t *ram_at(struct vmm *vmm, uint64_t address)
{
	return vmm->ram + (address - BOARD_RAM_BASE);
}

/* The board of QEMU has a PCI host where it has an ITS. */
static void make_tree(void *blob, const struct guest_fdt *guest)
{
	int pci;

	if (guest_fdt_make(blob, GUEST_FDT_SIZE, guest))
		die("device tree");
	pci = fdt_node_offset_by_compatible(blob, -1, "pci-host-ecam-generic");
	if (pci >= 0 && fdt_nop_node(blob, pci))
		die("device tree without PCI");
}

void vmm_load(struct vmm *vmm, const char *kernel, const char *initrd)
{
	struct guest_fdt guest = {
		.cpus = vmm->cpus,
		.ram_base = BOARD_RAM_BASE,
		.ram_size = vmm->ram_size,
		.bootargs = vmm->append,
		.plain = !vmm->its,
		.seed = 1,
	};
	struct guest_layout layout;
	size_t kernel_bytes, initrd_bytes = 0;
	void *image = read_file(kernel, &kernel_bytes);
	void *disk = initrd ? read_file(initrd, &initrd_bytes) : NULL;
	const char *wrong =
		guest_layout_make(&layout, image, kernel_bytes, initrd_bytes, BOARD_RAM_BASE, vmm->ram_size);

	if (wrong)
		die(wrong);
	memcpy(ram_at(vmm, layout.kernel), image, kernel_bytes);
	if (disk) {
		memcpy(ram_at(vmm, layout.initrd), disk, initrd_bytes);
		guest.initrd_start = layout.initrd;
		guest.initrd_end = layout.initrd_end;
	}
	make_tree(ram_at(vmm, layout.fdt), &guest);
	registers_start(&vmm->cpu[0], layout.kernel, layout.fdt);
	free(image);
	free(disk);
}
