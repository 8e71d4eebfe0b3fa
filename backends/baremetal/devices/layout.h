/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Where kernel, initial ramdisk and device tree lie in a guest's RAM.
 */
#ifndef SHELL_LAYOUT_H
#define SHELL_LAYOUT_H

#include <vgicv5_types.h>

/** Guest physical addresses. */
struct guest_layout {
	uint64_t kernel; /**< entry as well */
	uint64_t initrd;
	uint64_t initrd_end; /**< equal to `initrd`: none */
	uint64_t fdt;
};

/**
 * Places a kernel in the arm64 Image format (its header says how much memory it wants), then the ramdisk, then room
 * of GUEST_FDT_SIZE bytes for the tree, each at a multiple of 2 MiB. `ram_base` is a multiple of 2 MiB. Any context.
 * @return NULL, or why it cannot be done.
 */
const char *guest_layout_make(struct guest_layout *layout, const void *kernel, size_t kernel_bytes,
			      size_t initrd_bytes, uint64_t ram_base, uint64_t ram_bytes);

#endif
