// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What happens before the MMU is on: finding the top of RAM, moving there, making EL2's tables. The code runs at an
 * address it was not linked for: no static data that holds addresses, no function pointers.
 */
#include "early.h"

#include "../lib/string.h"
#include "layout.h"
#include "sysreg.h"

#include <libfdt.h>

#define GIB ((uint64_t)1 << 30)
#define TABLE_ENTRIES 512
#define IMAGE_BLOCK ((uint64_t)2 << 20)

#define PTE_TABLE 3u
#define PTE_BLOCK 1u
#define PTE_DEVICE (1u << 2)
#define PTE_RES1 (1u << 6)
#define PTE_INNER (3u << 8)
#define PTE_AF (1u << 10)
#define PTE_XN BIT(54)
#define PTE_MEMORY (PTE_BLOCK | PTE_RES1 | PTE_INNER | PTE_AF)

uint64_t el2_root[TABLE_ENTRIES] __attribute__((aligned(4096)));
static uint64_t el2_image[TABLE_ENTRIES] __attribute__((aligned(4096)));

extern char image_start[], image_data_end[], image_end[];

/* The first bank of RAM is all that QEMU's virt board has. */
bool early_memory(const void *fdt, uint64_t *base, uint64_t *bytes)
{
	const fdt64_t *reg;
	int node, length;

	node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7);
	reg = node < 0 ? NULL : fdt_getprop(fdt, node, "reg", &length);
	if (!reg || length < 16)
		return false;
	*base = fdt64_ld(reg);
	*bytes = fdt64_ld(reg + 1);
	return true;
}

static void early_uart(const char *text)
{
	for (; *text; text++)
		*(volatile uint32_t *)0x09000000 = (uint32_t)*text;
}

void early_not_el2(void)
{
	early_uart("shell: not started at EL2; QEMU needs -M virt,virtualization=on\r\n");
}

static void early_tables(uint64_t *root, uint64_t *image, uint64_t image_pa, uint64_t ram, uint64_t bytes)
{
	uint64_t pa;
	unsigned int i;

	for (i = 0; i < TABLE_ENTRIES; i++)
		root[i] = image[i] = 0;
	root[0] = PTE_MEMORY | PTE_DEVICE | PTE_XN;
	for (pa = ram & ~(GIB - 1); pa < ram + bytes; pa += GIB)
		root[pa / GIB] = pa | PTE_MEMORY;
	root[IMAGE_VA / GIB] = (uint64_t)(uintptr_t)image | PTE_TABLE;
	for (i = 0; i < IMAGE_SPAN / IMAGE_BLOCK; i++)
		image[i] = (image_pa + i * IMAGE_BLOCK) | PTE_MEMORY;
}

uint64_t early_place(const void *fdt, const char *here)
{
	uint64_t base, bytes, target;
	char *copy;

	if (!early_memory(fdt, &base, &bytes)) {
		early_uart("shell: the device tree has no memory\r\n");
		for (;;)
			__asm__ volatile("wfi");
	}
	target = (base + bytes - IMAGE_SPAN) & ~(IMAGE_BLOCK - 1);
	copy = (char *)(uintptr_t)target;
	memcpy(copy, here, (size_t)(image_data_end - image_start));
	memset(copy + (image_data_end - image_start), 0, (size_t)(image_end - image_data_end));
	early_tables((uint64_t *)(void *)(copy + ((char *)el2_root - image_start)),
		     (uint64_t *)(void *)(copy + ((char *)el2_image - image_start)), target, base, bytes);
	__asm__ volatile("dsb sy\n\tic iallu\n\tdsb sy\n\tisb" : : : "memory");
	return target;
}
