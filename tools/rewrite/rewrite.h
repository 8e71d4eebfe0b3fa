/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Replaces the GICv5 instructions of a program for EL1 by HVCs, so that it runs where FEAT_GCIE is missing.
 *
 * What becomes what is hal/soft's word.h. Which words are code is what the file says: executable sections of an ELF
 * file, without what its mapping symbols ($d) call data; the code sections in the PE header of an arm64 Image.
 * Constants in code that no symbol marks cannot be told from instructions: only words that are a defined GICv5
 * instruction or register access of EL1, with the right direction, are touched, and each one is listed.
 */
#ifndef VGICV5_REWRITE_H
#define VGICV5_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** What is to be done, and what was. The caller sets `list` and zeroes the rest. */
struct rewrite {
	FILE *list; /**< gets a line for each word that was replaced, or left because it is data; or NULL */
	size_t changed; /**< words that were replaced */
	size_t data;	/**< words that match, in places that a mapping symbol calls data: left as they are */
	size_t marked;	/**< HVCs that have the mark already: of an earlier run, or the program's own */
	char error[160];
};

/** A span of words with one answer to "where is that?". */
struct rewrite_code {
	uint8_t *bytes; /**< little-endian words; a rest of less than one word is no code */
	size_t size;
	size_t offset;	     /**< of `bytes` in the file */
	const char *section; /**< its name */
	void *context;	     /**< for the functions */
	/** Whether the word at this offset into the span is data; NULL: none is. */
	bool (*is_data)(void *context, size_t at);
	/** Writes "name+0x.." of what is at this offset into the span; false, or NULL: nothing is known. */
	bool (*symbol)(void *context, size_t at, char *to, size_t size);
};

/**
 * Rewrites a whole file in memory.
 * @return false if it is not a file of a kind that is known, or broken; `error` then says so, and the bytes may have
 * been changed in part.
 */
bool rewrite_bytes(struct rewrite *rewrite, uint8_t *bytes, size_t size);

/** The two kinds of files, and the words of both. */
bool rewrite_elf(struct rewrite *rewrite, uint8_t *bytes, size_t size);
bool rewrite_image(struct rewrite *rewrite, uint8_t *bytes, size_t size);
void rewrite_words(struct rewrite *rewrite, const struct rewrite_code *code);

/** Sets `error`; always returns false. */
bool rewrite_fail(struct rewrite *rewrite, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Little-endian values at any alignment. */
static inline uint16_t rewrite_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t rewrite_u32(const uint8_t *at)
{
	return rewrite_u16(at) | (uint32_t)rewrite_u16(at + 2) << 16;
}

#endif
