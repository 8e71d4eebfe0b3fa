// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "rewrite.h"

/* What files begin with, or have at an offset. */
#define ELF_MAGIC "\177ELF"
#define IMAGE_MAGIC "ARMd"
#define IMAGE_MAGIC_AT 56u
#define ZBOOT_MAGIC "zimg"
#define ZBOOT_MAGIC_AT 4u
#define GZIP_MAGIC "\037\213"

static bool has(const uint8_t *bytes, size_t size, size_t at, const char *magic)
{
	size_t length = strlen(magic);

	return size >= at + length && !memcmp(bytes + at, magic, length);
}

bool rewrite_bytes(struct rewrite *rewrite, uint8_t *bytes, size_t size)
{
	if (has(bytes, size, 0, ELF_MAGIC))
		return rewrite_elf(rewrite, bytes, size);
	if (has(bytes, size, ZBOOT_MAGIC_AT, ZBOOT_MAGIC) || has(bytes, size, 0, GZIP_MAGIC))
		return rewrite_fail(rewrite, "a compressed kernel: unpack it first");
	if (has(bytes, size, IMAGE_MAGIC_AT, IMAGE_MAGIC))
		return rewrite_image(rewrite, bytes, size);
	return rewrite_fail(rewrite, "neither an ELF file nor an arm64 Image");
}
