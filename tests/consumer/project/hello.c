/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Makes a software GICv5, reads a register of it, and asks the core for the text of an error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vgicv5/arch/names.h>
#include <vgicv5/error.h>
#include <vgicv5_soft/soft.h>

static void *get_memory(void *ctx, size_t bytes)
{
	(void)ctx;
	return calloc(1, bytes);
}

static void put_memory(void *ctx, void *memory, size_t bytes)
{
	(void)ctx;
	(void)bytes;
	free(memory);
}

static bool no_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	(void)ctx;
	(void)pa;
	(void)to;
	(void)bytes;
	return false;
}

static bool no_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	(void)ctx;
	(void)pa;
	(void)from;
	(void)bytes;
	return false;
}

int main(void)
{
	static const struct vgicv5_soft_ops ops = {
		.alloc = get_memory,
		.free = put_memory,
		.mem_read = no_read,
		.mem_write = no_write,
	};
	struct vgicv5_soft_access el2 = {.el = 2};
	struct vgicv5_soft_config config;
	struct vgicv5_soft *gic;
	const char *error;
	uint64_t idr = 0;
	char text[80];

	vgicv5_soft_default_config(&config, 1);
	config.ops = &ops;
	error = vgicv5_soft_create(&gic, &config);
	if (error) {
		puts(error);
		return 1;
	}
	if (vgicv5_soft_sys(gic, 0, &el2, GICV5_ICC_IDR0_EL1, true, &idr) != VGICV5_SOFT_DONE)
		return 1;
	gicv5_describe(text, sizeof(text), "ICC_IDR0_EL1", idr);
	printf("%s: %s\n", gicv5_encoding_name(GICV5_ICC_IDR0_EL1), text);
	vgicv5_soft_destroy(gic);
	printf("%s\n", vgicv5_strerror(VGICV5_TIMEOUT));
	return strstr(text, "PRI_BITS=") ? 0 : 1;
}
