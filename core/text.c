/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "text.h"

#include "bitmap.h"

void vgicv5_text_clear(struct vgicv5_text *text)
{
	text->length = 0;
	text->line[0] = '\0';
}

void vgicv5_text_string(struct vgicv5_text *text, const char *s)
{
	while (*s && text->length < VGICV5_TEXT_SIZE - 1)
		text->line[text->length++] = *s++;
	text->line[text->length] = '\0';
}

#define DIGITS_MAX 20 /* of 2^64 - 1 in decimal */

static void number(struct vgicv5_text *text, uint64_t value, unsigned int base)
{
	char digits[DIGITS_MAX + 1];
	char *at = &digits[DIGITS_MAX];

	*at = '\0';
	do {
		*--at = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	vgicv5_text_string(text, at);
}

void vgicv5_text_dec(struct vgicv5_text *text, uint64_t value)
{
	number(text, value, 10);
}

void vgicv5_text_hex(struct vgicv5_text *text, uint64_t value)
{
	vgicv5_text_string(text, "0x");
	number(text, value, 16);
}

static void name(struct vgicv5_text *text, const char *s)
{
	vgicv5_text_string(text, " ");
	vgicv5_text_string(text, s);
}

void vgicv5_text_named_dec(struct vgicv5_text *text, const char *s, uint64_t value)
{
	name(text, s);
	vgicv5_text_string(text, " ");
	vgicv5_text_dec(text, value);
}

void vgicv5_text_named_hex(struct vgicv5_text *text, const char *s, uint64_t value)
{
	name(text, s);
	vgicv5_text_string(text, " ");
	vgicv5_text_hex(text, value);
}

void vgicv5_text_flag(struct vgicv5_text *text, const char *s, bool set)
{
	if (set)
		name(text, s);
}

static void range(struct vgicv5_text *text, uint32_t first, uint32_t last)
{
	vgicv5_text_string(text, " ");
	vgicv5_text_dec(text, first);
	if (first == last)
		return;
	vgicv5_text_string(text, "-");
	vgicv5_text_dec(text, last);
}

void vgicv5_text_bits(struct vgicv5_text *text, const uint64_t *bitmap, uint32_t count)
{
	bool any = false;
	uint32_t first;
	uint32_t n;

	for (n = 0; n < count; n++) {
		if (!vgicv5_bitmap_test(bitmap, n))
			continue;
		for (first = n; n + 1 < count && vgicv5_bitmap_test(bitmap, n + 1);)
			n++;
		range(text, first, n);
		any = true;
	}
	vgicv5_text_flag(text, "none", !any);
}
