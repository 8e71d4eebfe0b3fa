/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "layout.h"

#include "guest_fdt.h"

#define ALIGNMENT 0x200000u
#define IMAGE_MAGIC 0x644d5241u /* "ARM\x64" */
#define IMAGE_BIG_ENDIAN 1u

/* Header of an arm64 Image. */
struct image_header {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_size; /* with what it needs beyond the file */
	uint64_t flags;
	uint64_t reserved[3];
	uint32_t magic;
	uint32_t reserved2;
};

static uint64_t align_up(uint64_t address)
{
	return (address + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
}

static const char *check_header(const struct image_header *image, size_t bytes)
{
	if (bytes < sizeof(*image) || image->magic != IMAGE_MAGIC)
		return "the kernel is not an uncompressed arm64 Image";
	if (image->flags & IMAGE_BIG_ENDIAN)
		return "the kernel is big-endian";
	if (image->text_offset >= ALIGNMENT)
		return "the kernel's text offset is not below 2 MiB";
	return NULL;
}

const char *guest_layout_make(struct guest_layout *layout, const void *kernel, size_t kernel_bytes,
			      size_t initrd_bytes, uint64_t ram_base, uint64_t ram_bytes)
{
	const struct image_header *image = kernel;
	const char *wrong = check_header(image, kernel_bytes);
	uint64_t needed;

	if (wrong)
		return wrong;
	needed = image->image_size > kernel_bytes ? image->image_size : kernel_bytes;
	/* One by one, so that no sum of guest-given sizes can wrap. */
	if (needed > ram_bytes || initrd_bytes > ram_bytes)
		return "the kernel or the ramdisk is larger than the VM's memory";
	layout->kernel = ram_base + image->text_offset;
	layout->initrd = align_up(layout->kernel + needed);
	layout->initrd_end = layout->initrd + initrd_bytes;
	layout->fdt = align_up(layout->initrd_end);
	if (layout->fdt + GUEST_FDT_SIZE > ram_base + ram_bytes)
		return "kernel, ramdisk and device tree do not fit into the VM's memory";
	return NULL;
}
