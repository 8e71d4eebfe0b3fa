// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "rewrite_files.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

#define CODE_AT 256u
#define CODE_ADDRESS 0x40080000u

enum { NONE, TEXT, DATA, SYMBOLS, STRINGS, SECTIONS };

struct test_symbol test_symbols[8];

static size_t append(struct test_file *file, const void *bytes, size_t size)
{
	size_t at = (file->size + 7) & ~(size_t)7;

	memcpy(file->bytes + at, bytes, size);
	file->size = at + size;
	return at;
}

static void append_symbols(struct test_file *file, Elf64_Shdr *headers)
{
	Elf64_Sym symbols[9] = {{0}};
	char names[128] = "";
	size_t length = 1;
	size_t i;

	for (i = 0; test_symbols[i].name; i++) {
		symbols[i + 1].st_name = (Elf64_Word)length;
		symbols[i + 1].st_shndx = TEXT;
		symbols[i + 1].st_value = CODE_ADDRESS + test_symbols[i].at;
		strcpy(names + length, test_symbols[i].name);
		length += strlen(test_symbols[i].name) + 1;
	}
	headers[SYMBOLS].sh_type = SHT_SYMTAB;
	headers[SYMBOLS].sh_link = STRINGS;
	headers[SYMBOLS].sh_entsize = sizeof(symbols[0]);
	headers[SYMBOLS].sh_size = (i + 1) * sizeof(symbols[0]);
	headers[SYMBOLS].sh_offset = append(file, symbols, headers[SYMBOLS].sh_size);
	headers[STRINGS].sh_type = SHT_STRTAB;
	headers[STRINGS].sh_size = length;
	headers[STRINGS].sh_offset = append(file, names, length);
}

void test_file_elf(struct test_file *file, const uint32_t *words, size_t count)
{
	static const char names[] = "\0.text\0.data";
	Elf64_Shdr headers[SECTIONS + 1] = {{0}};
	Elf64_Ehdr elf = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_AARCH64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = SECTIONS + 1,
		.e_shstrndx = SECTIONS,
	};

	memset(file, 0, sizeof(*file));
	file->size = CODE_AT;
	file->code = append(file, words, count * 4);
	file->data = append(file, words, count * 4);
	headers[TEXT] = (Elf64_Shdr){
		1, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, CODE_ADDRESS, file->code, count * 4, 0, 0, 4, 0};
	headers[DATA] = (Elf64_Shdr){
		7, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x50000000, file->data, count * 4, 0, 0, 4, 0};
	append_symbols(file, headers);
	headers[SECTIONS].sh_type = SHT_STRTAB;
	headers[SECTIONS].sh_size = sizeof(names);
	headers[SECTIONS].sh_offset = append(file, names, sizeof(names));
	elf.e_shoff = append(file, headers, sizeof(headers));
	memcpy(file->bytes, &elf, sizeof(elf));
}

static void put(struct test_file *file, size_t at, uint32_t value, size_t bytes)
{
	memcpy(file->bytes + at, &value, bytes);
}

static void put_section(struct test_file *file, unsigned int i, const char *name, size_t offset, size_t size,
			uint32_t flags)
{
	size_t at = TEST_IMAGE_SECTIONS + 40u * i;

	memcpy(file->bytes + at, name, 5);
	put(file, at + 8, (uint32_t)size, 4);
	put(file, at + 16, (uint32_t)size, 4);
	put(file, at + 20, (uint32_t)offset, 4);
	put(file, at + 36, flags, 4);
}

void test_file_image(struct test_file *file, const uint32_t *words, size_t count)
{
	memset(file, 0, sizeof(*file));
	memcpy(file->bytes, "MZ", 2);
	memcpy(file->bytes + 56, "ARMd", 4);
	put(file, 60, TEST_IMAGE_PE, 4);
	memcpy(file->bytes + TEST_IMAGE_PE, "PE", 2);
	put(file, TEST_IMAGE_PE + 4, 0xaa64, 2);
	put(file, TEST_IMAGE_PE + 6, 2, 2);
	file->size = CODE_AT;
	file->data = append(file, words, count * 4);
	file->code = append(file, words, count * 4);
	put_section(file, 0, ".data", file->data, count * 4, 0xc0000040);
	put_section(file, 1, ".text", file->code, count * 4, 0x60000020);
}
