// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ELF files, read by libelf. The words are changed in the file's own bytes, so that nothing else can change.
 */
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite.h"

/* From this offset of a section on there is code, or data, as a mapping symbol says. */
struct mapping {
	size_t at;
	bool data;
};

/* One executable section while it is worked on. */
struct section {
	Elf_Data *symbols; /* NULL: none */
	Elf *elf;
	size_t names; /* section of the symbols' names */
	size_t index;
	GElf_Shdr header;
	size_t base; /* what to take from a symbol's value for an offset into the section */
	struct mapping *mappings;
	size_t mapping_count;
};

/* The symbol of that number if it lies in the section; its name, or NULL. */
static const char *section_symbol(const struct section *section, int number, GElf_Sym *symbol, size_t *at)
{
	if (!gelf_getsym(section->symbols, number, symbol) || symbol->st_shndx != section->index)
		return NULL;
	*at = symbol->st_value - section->base;
	if (*at >= section->header.sh_size)
		return NULL;
	return elf_strptr(section->elf, section->names, symbol->st_name);
}

static int symbol_count(const struct section *section)
{
	return section->symbols
		       ? (int)(section->symbols->d_size / gelf_fsize(section->elf, ELF_T_SYM, 1, EV_CURRENT))
		       : 0;
}

/* $x and $d, or either with a suffix behind a dot. */
static bool is_mapping(const char *name)
{
	return name[0] == '$' && (name[1] == 'x' || name[1] == 'd') && (!name[2] || name[2] == '.');
}

static int by_offset(const void *a, const void *b)
{
	const struct mapping *first = a;
	const struct mapping *second = b;

	return (first->at > second->at) - (first->at < second->at);
}

static bool read_mappings(struct rewrite *rewrite, struct section *section)
{
	int count = symbol_count(section);
	GElf_Sym symbol;
	const char *name;
	size_t at;
	int i;

	section->mappings = calloc((size_t)count + 1, sizeof(*section->mappings));
	if (!section->mappings)
		return rewrite_fail(rewrite, "out of memory");
	for (i = 0; i < count; i++) {
		name = section_symbol(section, i, &symbol, &at);
		if (!name || !is_mapping(name))
			continue;
		section->mappings[section->mapping_count].at = at;
		section->mappings[section->mapping_count++].data = name[1] == 'd';
	}
	qsort(section->mappings, section->mapping_count, sizeof(*section->mappings), by_offset);
	return true;
}

static bool is_data(void *context, size_t at)
{
	const struct section *section = context;
	bool data = false;
	size_t i;

	for (i = 0; i < section->mapping_count && section->mappings[i].at <= at; i++)
		data = section->mappings[i].data;
	return data;
}

/* The nearest symbol at or before a place. */
static bool nearest(void *context, size_t at, char *to, size_t size)
{
	const struct section *section = context;
	int count = symbol_count(section);
	const char *best = NULL;
	size_t best_at = 0;
	const char *name;
	GElf_Sym symbol;
	size_t start;
	int i;

	for (i = 0; i < count; i++) {
		name = section_symbol(section, i, &symbol, &start);
		if (!name || !name[0] || name[0] == '$' || start > at || (best && start < best_at))
			continue;
		best = name;
		best_at = start;
	}
	if (best)
		snprintf(to, size, "%s+0x%zx", best, at - best_at);
	return best;
}

static bool rewrite_section(struct rewrite *rewrite, struct section *section, uint8_t *bytes, size_t size)
{
	size_t names;
	const char *name;
	struct rewrite_code code = {
		.size = section->header.sh_size,
		.offset = section->header.sh_offset,
		.context = section,
		.is_data = is_data,
		.symbol = nearest,
	};

	name = elf_getshdrstrndx(section->elf, &names)
		       ? NULL
		       : elf_strptr(section->elf, names, section->header.sh_name);
	code.section = name ? name : "?";
	if (code.offset > size || code.size > size - code.offset)
		return rewrite_fail(rewrite, "truncated: section %s does not lie within the file",
				    code.section);
	if (section->header.sh_flags & SHF_COMPRESSED)
		return rewrite_fail(rewrite, "section %s is compressed", code.section);
	if (section->header.sh_addr % 4)
		return rewrite_fail(rewrite, "section %s begins in the middle of a word", code.section);
	if (!read_mappings(rewrite, section))
		return false;
	code.bytes = bytes + code.offset;
	rewrite_words(rewrite, &code);
	free(section->mappings);
	return true;
}

/* The symbol table, if there is one that can be read. */
static void find_symbols(Elf *elf, struct section *section)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;

	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		section->symbols = elf_getdata(scn, NULL);
		section->names = header.sh_link;
	}
}

static bool rewrite_sections(struct rewrite *rewrite, Elf *elf, const GElf_Ehdr *file, uint8_t *bytes,
			     size_t size)
{
	struct section symbols = {0};
	Elf_Scn *scn = NULL;
	bool any = false;

	find_symbols(elf, &symbols);
	while ((scn = elf_nextscn(elf, scn))) {
		struct section section = {.symbols = symbols.symbols,
					  .elf = elf,
					  .names = symbols.names,
					  .index = elf_ndxscn(scn)};

		if (!gelf_getshdr(scn, &section.header))
			return rewrite_fail(rewrite, "broken section table: %s", elf_errmsg(-1));
		if (!(section.header.sh_flags & SHF_EXECINSTR) || section.header.sh_type == SHT_NOBITS)
			continue;
		any = true;
		section.base = file->e_type == ET_REL ? 0 : section.header.sh_addr;
		if (!rewrite_section(rewrite, &section, bytes, size))
			return false;
	}
	return any || rewrite_fail(rewrite, "no executable section: was the section table stripped?");
}

static bool rewrite_file(struct rewrite *rewrite, Elf *elf, uint8_t *bytes, size_t size)
{
	GElf_Ehdr file;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &file))
		return rewrite_fail(rewrite, "a broken ELF header: %s", elf_errmsg(-1));
	if (file.e_ident[EI_CLASS] != ELFCLASS64 || file.e_machine != EM_AARCH64)
		return rewrite_fail(rewrite, "an ELF file, but not one of 64 bits for AArch64");
	if (file.e_ident[EI_DATA] != ELFDATA2LSB)
		return rewrite_fail(rewrite, "a big-endian program");
	return rewrite_sections(rewrite, elf, &file, bytes, size);
}

bool rewrite_elf(struct rewrite *rewrite, uint8_t *bytes, size_t size)
{
	/* libelf may convert in place what it reads: it gets a copy. */
	char *copy = malloc(size);
	Elf *elf;
	bool good;

	if (!copy)
		return rewrite_fail(rewrite, "out of memory");
	memcpy(copy, bytes, size);
	elf_version(EV_CURRENT);
	elf = elf_memory(copy, size);
	good = elf ? rewrite_file(rewrite, elf, bytes, size)
		   : rewrite_fail(rewrite, "not an ELF file: %s", elf_errmsg(-1));
	elf_end(elf);
	free(copy);
	return good;
}
