// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The arm64 Image of Linux: a 64-byte header with "ARMd" at 56, and at 60 the offset of a PE header, which exists if
 * the kernel can be started by UEFI. Its section table is the only thing in the file that tells code from data.
 */
#include <string.h>

#include "rewrite.h"

#define IMAGE_HEADER 64u
#define IMAGE_PE_OFFSET 60u

#define PE_MACHINE 4u
#define PE_SECTIONS 6u
#define PE_OPTIONAL_SIZE 20u
#define PE_HEADER 24u
#define PE_MACHINE_ARM64 0xaa64u

#define SECTION_BYTES 40u
#define SECTION_NAME 8u
#define SECTION_VIRTUAL_SIZE 8u
#define SECTION_RAW_SIZE 16u
#define SECTION_RAW_OFFSET 20u
#define SECTION_FLAGS 36u
#define SECTION_CODE 0x20000020u /* contains code, may be executed */

static bool rewrite_section(struct rewrite *rewrite, uint8_t *bytes, size_t size, const uint8_t *header)
{
	char name[SECTION_NAME + 1] = "";
	uint32_t memory = rewrite_u32(header + SECTION_VIRTUAL_SIZE);
	uint32_t raw = rewrite_u32(header + SECTION_RAW_SIZE);
	struct rewrite_code code = {
		.offset = rewrite_u32(header + SECTION_RAW_OFFSET),
		.size = raw < memory ? raw : memory,
		.section = name,
	};

	memcpy(name, header, SECTION_NAME);
	if (code.offset > size || code.size > size - code.offset)
		return rewrite_fail(rewrite, "truncated: section %s ends at %zu of %zu bytes", name,
				    code.offset + code.size, size);
	if (code.offset % 4)
		return rewrite_fail(rewrite, "section %s begins in the middle of a word", name);
	code.bytes = bytes + code.offset;
	rewrite_words(rewrite, &code);
	return true;
}

static bool rewrite_sections(struct rewrite *rewrite, uint8_t *bytes, size_t size, size_t pe)
{
	unsigned int count = rewrite_u16(bytes + pe + PE_SECTIONS);
	size_t at = pe + PE_HEADER + rewrite_u16(bytes + pe + PE_OPTIONAL_SIZE);
	bool any = false;

	if (at > size || size - at < count * SECTION_BYTES)
		return rewrite_fail(rewrite, "truncated: the PE header's section table ends behind the file");
	for (; count; count--, at += SECTION_BYTES) {
		if ((rewrite_u32(bytes + at + SECTION_FLAGS) & SECTION_CODE) != SECTION_CODE)
			continue;
		any = true;
		if (!rewrite_section(rewrite, bytes, size, bytes + at))
			return false;
	}
	return any || rewrite_fail(rewrite, "the PE header has no code section");
}

bool rewrite_image(struct rewrite *rewrite, uint8_t *bytes, size_t size)
{
	uint32_t pe;

	if (size < IMAGE_HEADER)
		return rewrite_fail(rewrite, "truncated: shorter than the header of an arm64 Image");
	pe = rewrite_u32(bytes + IMAGE_PE_OFFSET);
	if (memcmp(bytes, "MZ", 2) || !pe)
		return rewrite_fail(rewrite,
				    "an arm64 Image without a PE header: nothing in it tells code from data; "
				    "rewrite the ELF file that it is made of");
	if (pe > size || size - pe < PE_HEADER)
		return rewrite_fail(rewrite, "truncated: the PE header lies behind the file's end");
	if (memcmp(bytes + pe, "PE\0", 4) || rewrite_u16(bytes + pe + PE_MACHINE) != PE_MACHINE_ARM64)
		return rewrite_fail(rewrite, "the PE header is not one for AArch64");
	return rewrite_sections(rewrite, bytes, size, pe);
}
