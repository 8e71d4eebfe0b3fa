// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * gicv5-rewrite: which words of which files become what, and that nothing else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include <vgicv5/arch/insn.h>

#include "rewrite.h"
#include "rewrite_files.h"

#define SEED 1u
#define NOP 0xd503201fu

enum kind { MRS, MSR, SYS, SYSL };

/* What is in a file, and what must be there afterwards. */
static uint32_t words[FILE_WORDS_MAX];
static uint32_t wanted[FILE_WORDS_MAX];
static size_t count;
static size_t changes;
static struct test_file file;
static struct test_file before;

/* From the architecture's and the transport's layouts, without the code that the tool uses. */
static void add(enum kind kind, unsigned int op1, unsigned int crm, unsigned int op2, bool changes_too)
{
	static const unsigned int registers[] = {0, 3, 30, 31};
	unsigned int op0 = kind == SYS || kind == SYSL ? 1 : 3;
	unsigned int read = kind == MRS || kind == SYSL;
	unsigned int i;
	unsigned int rt;

	for (i = 0; i < 4; i++) {
		rt = registers[i];
		assert_true(count < FILE_WORDS_MAX);
		words[count] = 0xd5000000u | read << 21 | op0 << 19 | op1 << 16 | 12u << 12 | crm << 8 |
			       op2 << 5 | rt;
		wanted[count] = words[count];
		if (changes_too) {
			wanted[count] = 0xd4000002u |
					(0x8000u | kind << 13 | op1 << 12 | crm << 8 | op2 << 5 | rt) << 5;
			changes++;
		}
		count++;
	}
}

static void add_register(const char *access, unsigned int op1, unsigned int crn, unsigned int crm,
			 unsigned int op2, bool el1)
{
	if (crn != 12)
		return;
	add(MRS, op1, crm, op2, el1);
	add(MSR, op1, crm, op2, el1 && !strcmp(access, "RW"));
}

static void add_insn(bool result, unsigned int op1, unsigned int crm, unsigned int op2, bool el1)
{
	add(SYS, op1, crm, op2, el1 && !result);
	add(SYSL, op1, crm, op2, el1 && result);
}

/* Every defined word with some registers in both directions, and some that are close to one. */
static int every_word(void **state)
{
	(void)state;
	count = changes = 0;
#define ADD_EL1(name, op0, op1, crn, crm, op2, access) add_register(#access, op1, crn, crm, op2, true);
#define ADD_OTHER(name, op0, op1, crn, crm, op2, access) add_register(#access, op1, crn, crm, op2, false);
#define ADD_SYS(name, op1, crm, op2) add_insn(false, op1, crm, op2, true);
#define ADD_SYSL(name, op1, crm, op2) add_insn(true, op1, crm, op2, true);
#define ADD_NOT(name, op1, crm, op2) add_insn(false, op1, crm, op2, false);
	GICV5_SYSREGS_ICC(ADD_EL1)
	GICV5_SYSREGS_ICH(ADD_OTHER)
	GICV5_SYSREGS_EL3(ADD_OTHER)
	GICV5_SYSREGS_LEGACY(ADD_OTHER)
	GICV5_INSNS_CD(ADD_SYS)
	GICV5_INSNS_EOI(ADD_SYS)
	GICV5_INSNS_ACK(ADD_SYSL)
	GICV5_INSNS_GSB(ADD_SYS)
	GICV5_INSNS_VD(ADD_NOT)
	GICV5_INSNS_LD(ADD_NOT)
	/* VBAR_EL1, ISR_EL1, ICC_IAR1_EL1 and ICC_SGI1R_EL1 of GICv3, an undefined one in between. */
	add(MSR, 0, 0, 0, false);
	add(MRS, 0, 1, 0, false);
	add(MRS, 0, 12, 0, false);
	add(MSR, 0, 11, 5, false);
	add(MRS, 1, 0, 7, false);
	words[count] = wanted[count] = NOP;
	count++;
	memset(test_symbols, 0, sizeof(test_symbols));
	return 0;
}

static void check(size_t changed)
{
	struct rewrite rewrite = {0};

	before = file;
	if (!rewrite_bytes(&rewrite, file.bytes, file.size))
		fail_msg("refused: %s", rewrite.error);
	assert_int_equal(rewrite.changed, changed);
	assert_int_equal(file.size, before.size);
	memcpy(before.bytes + file.code, wanted, 4 * count);
	assert_memory_equal(file.bytes, before.bytes, file.size);
}

static void every_word_of_an_elf_file(void **state)
{
	(void)state;
	test_file_elf(&file, words, count);
	check(changes);
}

static void every_word_of_an_image(void **state)
{
	(void)state;
	test_file_image(&file, words, count);
	check(changes);
}

static void a_second_time_changes_nothing(void **state)
{
	struct rewrite rewrite = {0};

	(void)state;
	test_file_elf(&file, words, count);
	check(changes);
	check(0);
	assert_true(rewrite_bytes(&rewrite, file.bytes, file.size));
	assert_int_equal(rewrite.marked, changes);
}

static void data_by_mapping_symbols_stays(void **state)
{
	struct rewrite rewrite = {0};
	size_t i;

	(void)state;
	/* Not in order; data from the second word to the fourth; other names starting with $ mean nothing. */
	test_symbols[0] = (struct test_symbol){"$x.7", 16};
	test_symbols[1] = (struct test_symbol){"$d", 4};
	test_symbols[2] = (struct test_symbol){"$x", 0};
	test_symbols[3] = (struct test_symbol){"$data", 20};
	test_symbols[4] = (struct test_symbol){"d", 24};
	for (i = 1; i < 4; i++)
		wanted[i] = words[i];
	test_file_elf(&file, words, count);
	check(changes - 3);
	assert_true(rewrite_bytes(&rewrite, file.bytes, file.size));
	assert_int_equal(rewrite.data, 3);
}

static void the_list_says_what_and_where(void **state)
{
	char *text;
	size_t length;
	struct rewrite rewrite = {.list = open_memstream(&text, &length)};
	static const uint32_t code[] = {NOP,	    0xd538ca43, 0xd508c1ff, 0xd528c300,
					0xd508c03f, 0xd519c022, 0xd508c121};

	(void)state;
	test_symbols[0] = (struct test_symbol){"$x", 0};
	test_symbols[1] = (struct test_symbol){"first", 0};
	test_symbols[2] = (struct test_symbol){"second", 8};
	test_symbols[3] = (struct test_symbol){"$d", 24};
	test_file_elf(&file, code, 7);
	assert_true(rewrite_bytes(&rewrite, file.bytes, file.size));
	fclose(rewrite.list);
	assert_string_equal(text,
			    "00000104 .text+0x4 first+0x4: d538ca43 mrs x3, ICC_IDR0_EL1 -> hvc #0x8a43\n"
			    "00000108 .text+0x8 second+0x0: d508c1ff GIC CDEOI xzr -> hvc #0xc1ff\n"
			    "0000010c .text+0xc second+0x4: d528c300 GICR CDIA x0 -> hvc #0xe300\n"
			    "00000110 .text+0x10 second+0x8: d508c03f GSB ACK -> hvc #0xc03f\n"
			    "00000114 .text+0x14 second+0xc: d519c022 msr ICC_CR0_EL1, x2 -> hvc #0xb022\n"
			    "00000118 .text+0x18 second+0x10: d508c121 GIC CDEN x1 -> left: data\n");
	free(text);
}

static void refused(const char *why)
{
	struct rewrite rewrite = {0};

	assert_false(rewrite_bytes(&rewrite, file.bytes, file.size));
	if (!strstr(rewrite.error, why))
		fail_msg("refused as \"%s\", not as \"%s\"", rewrite.error, why);
}

/* Each of these offsets of a good file gets another byte. */
static void refused_with(size_t at, uint8_t value, const char *why)
{
	uint8_t old = file.bytes[at];

	assert_int_not_equal(old, value);
	file.bytes[at] = value;
	refused(why);
	file.bytes[at] = old;
}

static void other_elf_files_are_refused(void **state)
{
	Elf64_Shdr *text;

	(void)state;
	test_file_elf(&file, words, count);
	refused_with(EI_CLASS, ELFCLASS32, "ELF");
	refused_with(EI_CLASS, 7, "ELF");
	refused_with(EI_DATA, ELFDATA2MSB, "ELF");
	refused_with(offsetof(Elf64_Ehdr, e_machine), EM_X86_64, "not one of 64 bits for AArch64");
	refused_with(offsetof(Elf64_Ehdr, e_shnum), 0, "no executable section");
	text = (Elf64_Shdr *)(void *)(file.bytes + ((Elf64_Ehdr *)(void *)file.bytes)->e_shoff) + 1;
	text->sh_offset++;
	text->sh_addr++;
	refused("in the middle of a word");
	text->sh_addr--;
	text->sh_offset = file.size - 4;
	refused("truncated");
	text->sh_offset = UINT64_MAX - 8;
	refused("truncated");
	text->sh_offset = file.code;
	text->sh_flags |= SHF_COMPRESSED;
	refused("compressed");
	text->sh_flags = SHF_ALLOC;
	refused("no executable section");
}

static void other_images_are_refused(void **state)
{
	(void)state;
	test_file_image(&file, words, count);
	refused_with(0, 0, "without a PE header");
	refused_with(60, 0, "without a PE header");
	refused_with(63, 1, "truncated");
	refused_with(TEST_IMAGE_PE, 'Q', "not one for AArch64");
	refused_with(TEST_IMAGE_PE + 4, 0x63, "not one for AArch64");
	refused_with(TEST_IMAGE_PE + 21, 0xff, "truncated");
	refused_with(TEST_IMAGE_PE + 6, 1, "no code section");
	refused_with(TEST_IMAGE_SECTIONS + 40 + 36, 0, "no code section");
	refused_with(TEST_IMAGE_SECTIONS + 40 + 20, 2, "in the middle of a word");
	refused_with(TEST_IMAGE_SECTIONS + 40 + 23, 1, "truncated");
	memcpy(file.bytes + 4, "zimg", 4);
	refused("compressed");
	memcpy(file.bytes, "\037\213", 2);
	refused("compressed");
	memset(file.bytes, 0, file.size);
	refused("neither");
}

/* What follows a section's size in memory is padding, or something else's. */
static void an_image_ends_where_its_section_does(void **state)
{
	uint32_t bytes = 4;

	(void)state;
	test_file_image(&file, words, count);
	memcpy(file.bytes + TEST_IMAGE_SECTIONS + 40 + 8, &bytes, 4);
	memcpy(wanted + 1, words + 1, 4 * (count - 1));
	check(1);
}

static void truncated_files_are_refused(void **state)
{
	void (*const make[])(struct test_file *, const uint32_t *, size_t) = {test_file_elf, test_file_image};
	struct rewrite rewrite;
	uint8_t *copy;
	size_t size;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		make[i](&file, words, 16);
		for (size = 0; size < file.size; size++) {
			/* Of just that size, for the sanitizers. */
			copy = malloc(size + 1);
			assert_non_null(copy);
			memcpy(copy, file.bytes, size);
			copy = realloc(copy, size ? size : 1);
			memset(&rewrite, 0, sizeof(rewrite));
			if (rewrite_bytes(&rewrite, copy, size))
				fail_msg("%zu of %zu bytes were accepted", size, file.size);
			free(copy);
		}
	}
}

/* Whatever comes of it, it ends, and the sanitizers are content. */
static void broken_files_do_no_harm(void **state)
{
	struct rewrite rewrite;
	unsigned int accepted = 0;
	unsigned int i;
	unsigned int j;

	(void)state;
	print_message("seed %u\n", SEED);
	srand(SEED);
	test_symbols[0] = (struct test_symbol){"$d", 8};
	test_symbols[1] = (struct test_symbol){"function", 8};
	for (i = 0; i < 20000; i++) {
		(i % 2 ? test_file_elf : test_file_image)(&file, words, 16);
		for (j = 0; j < 1 + i % 5; j++)
			file.bytes[(unsigned int)rand() % (i % 3 ? 256 : file.size)] = (uint8_t)rand();
		memset(&rewrite, 0, sizeof(rewrite));
		rewrite.list = fopen("/dev/null", "w");
		accepted += rewrite_bytes(&rewrite, file.bytes, file.size);
		fclose(rewrite.list);
	}
	print_message("%u of 20000 accepted\n", accepted);
	assert_in_range(accepted, 1000, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_word_of_an_elf_file, every_word),
		cmocka_unit_test_setup(every_word_of_an_image, every_word),
		cmocka_unit_test_setup(a_second_time_changes_nothing, every_word),
		cmocka_unit_test_setup(data_by_mapping_symbols_stays, every_word),
		cmocka_unit_test_setup(the_list_says_what_and_where, every_word),
		cmocka_unit_test_setup(other_elf_files_are_refused, every_word),
		cmocka_unit_test_setup(other_images_are_refused, every_word),
		cmocka_unit_test_setup(an_image_ends_where_its_section_does, every_word),
		cmocka_unit_test_setup(truncated_files_are_refused, every_word),
		cmocka_unit_test_setup(broken_files_do_no_harm, every_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
