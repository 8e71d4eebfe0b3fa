// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdarg.h>
#include <string.h>

#include <vgicv5/arch/names.h>
#include <vgicv5_soft/word.h>

#include "rewrite.h"

#define WORD 4u
#define HVC 0xd4000002u
#define HVC_MASK 0xffe0001fu
#define HVC_IMM_LO 5

bool rewrite_fail(struct rewrite *rewrite, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(rewrite->error, sizeof(rewrite->error), format, arguments);
	va_end(arguments);
	return false;
}

static void put(uint8_t *at, uint32_t word)
{
	unsigned int i;

	for (i = 0; i < WORD; i++)
		at[i] = (uint8_t)(word >> 8 * i);
}

static unsigned int immediate(uint32_t hvc)
{
	return hvc >> HVC_IMM_LO & 0xffff;
}

/* "mrs x0, ICC_IDR0_EL1", "GIC CDEN x3", "GSB SYS": as a disassembler that knows GICv5 would, or nearly. */
static void describe(char *to, size_t size, uint32_t word)
{
	struct gicv5_a64 insn;
	const char *name;
	char rt[8];

	if (!gicv5_a64_decode(word, &insn) || !(name = gicv5_encoding_name(insn.encoding))) {
		snprintf(to, size, "?");
		return;
	}
	snprintf(rt, sizeof(rt), insn.rt == 31 ? "xzr" : "x%u", insn.rt);
	if (!strncmp(name, "GSB", 3))
		snprintf(to, size, "%s", name);
	else if (!strncmp(name, "GIC", 3))
		snprintf(to, size, "%s %s", name, rt);
	else if (insn.read)
		snprintf(to, size, "mrs %s, %s", rt, name);
	else
		snprintf(to, size, "msr %s, %s", name, rt);
}

static void list(const struct rewrite *rewrite, const struct rewrite_code *code, size_t at, uint32_t word,
		 const char *what)
{
	char insn[48];
	char symbol[128];

	if (!rewrite->list)
		return;
	describe(insn, sizeof(insn), word);
	fprintf(rewrite->list, "%08zx %s+0x%zx", code->offset + at, code->section, at);
	if (code->symbol && code->symbol(code->context, at, symbol, sizeof(symbol)))
		fprintf(rewrite->list, " %s", symbol);
	fprintf(rewrite->list, ": %08x %s -> %s\n", word, insn, what);
}

static void rewrite_word(struct rewrite *rewrite, const struct rewrite_code *code, size_t at)
{
	uint32_t word = rewrite_u32(code->bytes + at);
	uint32_t hvc;
	char what[24];

	if ((word & HVC_MASK) == HVC && (immediate(word) & VGICV5_HVC_MARK))
		rewrite->marked++;
	if (!vgicv5_word(word))
		return;
	if (code->is_data && code->is_data(code->context, at)) {
		rewrite->data++;
		list(rewrite, code, at, word, "left: data");
		return;
	}
	hvc = vgicv5_word_to_hvc(word);
	put(code->bytes + at, hvc);
	rewrite->changed++;
	snprintf(what, sizeof(what), "hvc #0x%04x", immediate(hvc));
	list(rewrite, code, at, word, what);
}

void rewrite_words(struct rewrite *rewrite, const struct rewrite_code *code)
{
	size_t at;

	for (at = 0; code->size - at >= WORD; at += WORD)
		rewrite_word(rewrite, code, at);
}
