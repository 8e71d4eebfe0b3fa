/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Small ELF files and Images for the tests of gicv5-rewrite.
 */
#ifndef VGICV5_TEST_REWRITE_FILES_H
#define VGICV5_TEST_REWRITE_FILES_H

#include <stddef.h>
#include <stdint.h>

#define FILE_WORDS_MAX 2048u

/** A file in memory; its code is somewhere in the middle. */
struct test_file {
	uint8_t bytes[4 * FILE_WORDS_MAX * 2 + 4096];
	size_t size;
	size_t code; /**< offset of the words that count as code */
	size_t data; /**< offset of the same words in a place that is not code; 0: there is none */
};

/** An ELF program with the words in .text, at code_address in memory, and in .data; symbols below. */
void test_file_elf(struct test_file *file, const uint32_t *words, size_t count);

/** The symbols of .text that the ELF file has: name, offset. Set before test_file_elf(); the first "" ends it. */
struct test_symbol {
	const char *name;
	size_t at;
};
extern struct test_symbol test_symbols[8];

/** An Image with a PE header, the words in its section .text and in .data. */
void test_file_image(struct test_file *file, const uint32_t *words, size_t count);

#define TEST_IMAGE_PE 64u
#define TEST_IMAGE_SECTIONS (TEST_IMAGE_PE + 24u)

#endif
