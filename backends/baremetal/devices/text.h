/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Text as the shell's devices meet it, beyond what C has. Any context.
 */
#ifndef SHELL_TEXT_H
#define SHELL_TEXT_H

#include <string.h>
#include <vgicv5_types.h>

/** Whether a field of `size` bytes, padded with NULs if it is shorter, holds `text`. */
static inline bool text_is(const char *field, size_t size, const char *text)
{
	size_t length = strlen(text);

	return length <= size && !memcmp(field, text, length) && (length == size || field[length] == '\0');
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
