/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One line of text, put together without libc. What does not fit is cut.
 */
#ifndef VGICV5_CORE_TEXT_H
#define VGICV5_CORE_TEXT_H

#include <vgicv5_types.h>

#define VGICV5_TEXT_SIZE 200

struct vgicv5_text {
	char line[VGICV5_TEXT_SIZE];
	size_t length;
};

void vgicv5_text_clear(struct vgicv5_text *text);

/* Appends. */
void vgicv5_text_string(struct vgicv5_text *text, const char *s);
void vgicv5_text_dec(struct vgicv5_text *text, uint64_t value);
void vgicv5_text_hex(struct vgicv5_text *text, uint64_t value);

/* A name and a number, or a name if `set`: " name 12", " name 0x1f", " name". */
void vgicv5_text_named_dec(struct vgicv5_text *text, const char *s, uint64_t value);
void vgicv5_text_named_hex(struct vgicv5_text *text, const char *s, uint64_t value);
void vgicv5_text_flag(struct vgicv5_text *text, const char *s, bool set);

/* The bits set in a bitmap of `count` bits, as " 3 26-28", or " none". */
void vgicv5_text_bits(struct vgicv5_text *text, const uint64_t *bitmap, uint32_t count);

#endif
