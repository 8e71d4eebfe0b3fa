/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Device tree of a guest, of the same shape as QEMU's virt board with a GICv5 makes it.
 */
#ifndef SHELL_GUEST_FDT_H
#define SHELL_GUEST_FDT_H

#include <vgicv5_types.h>

#define GUEST_FDT_SIZE 0x10000 /* room that every tree fits in */

/** What the tree says. */
struct guest_fdt {
	uint32_t cpus; /**< MPIDR of CPU n is n, its IAFFID too */
	uint64_t ram_base;
	uint64_t ram_size;
	const char *bootargs;
	uint64_t initrd_start; /**< both 0: no initial ramdisk */
	uint64_t initrd_end;
	uint32_t virtio; /**< bit n: virtio-mmio transport n is there */
	bool plain;	 /**< neither ITS nor PCI */
	uint64_t seed;	 /**< not 0: kaslr-seed and rng-seed are made of it */
};

/**
 * Writes the tree into `blob`, `size` bytes, 8-byte aligned. Any context; needs 1 KiB of stack.
 * @return 0, or a negative libfdt error: -FDT_ERR_NOSPACE when the tree does not fit.
 */
int guest_fdt_make(void *blob, uint32_t size, const struct guest_fdt *guest);

#endif
