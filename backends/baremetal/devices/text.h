/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The little that the shell's devices do with text. Any context.
 */
#ifndef SHELL_TEXT_H
#define SHELL_TEXT_H

#include <vgicv5_types.h>

static inline size_t text_length(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

/** Whether the `bytes` at `memory`, which need no terminator, are the first ones of `text`. */
static inline bool text_starts(const char *memory, const char *text, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		if (memory[i] != text[i])
			return false;
	return true;
}

/** Whether a field of `size` bytes, padded with NULs if it is shorter, holds `text`. */
static inline bool text_is(const char *field, size_t size, const char *text)
{
	size_t length = text_length(text);

	return length <= size && text_starts(field, text, length) &&
	       (length == size || field[length] == '\0');
}

static inline bool text_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/** A decimal number of 1 to 18 digits and nothing else. */
static inline bool text_number(const char *text, uint64_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 18; i++)
		*number = *number * 10 + (uint64_t)(text[i] - '0');
	return i > 0 && text[i] == '\0';
}

#endif
