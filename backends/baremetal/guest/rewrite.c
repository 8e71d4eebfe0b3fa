// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A page whose words were replaced has a record that says which: a guest may have HVCs of that form of its own, and
 * these must stay what they are when the page becomes data again.
 */
#include "guest.h"

#include <vgicv5_soft/word.h>

#define WORDS (PAGE_BYTES / 4)

struct rewritten {
	struct rewritten *next;
	uint64_t ipa;
	uint32_t words[WORDS / 32];
};

static struct rewritten **find(struct stage2 *s2, uint64_t page)
{
	struct rewritten **link = &s2->rewritten;

	while (*link && (*link)->ipa != page)
		link = &(*link)->next;
	return link;
}

static void drop(struct rewritten **link)
{
	struct rewritten *record = *link;

	*link = record->next;
	shell_free(record, sizeof(*record));
}

static void sync_instructions(const uint32_t *page)
{
	const char *at = (const char *)page;
	unsigned int i;

	for (i = 0; i < PAGE_BYTES; i += 16)
		__asm__ volatile("dc cvau, %0" : : "r"(at + i) : "memory");
	__asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" : : : "memory");
}

/* Replaces what is not replaced yet. @return false: no memory for the record; nothing has been changed. */
static bool replace(struct shell_vm *vm, uint64_t page, uint32_t *words)
{
	struct rewritten **link = find(&vm->stage2, page);
	struct rewritten *record = *link;
	unsigned int i;

	for (i = 0; i < WORDS; i++) {
		if (!vgicv5_word(words[i]))
			continue;
		if (!record) {
			record = shell_alloc(sizeof(*record), 16);
			if (!record)
				return false;
			record->ipa = page;
			record->next = vm->stage2.rewritten;
			vm->stage2.rewritten = record;
			count(&vm->counters.pages_rewritten);
		}
		words[i] = vgicv5_word_to_hvc(words[i]);
		record->words[i / 32] |= 1u << (i % 32);
		count(&vm->counters.words_rewritten);
	}
	sync_instructions(words);
	return true;
}

/* A device may have written the page by DMA, behind stage 2: what is no longer our HVC is left alone. */
static bool is_ours(const struct rewritten *record, unsigned int i, uint32_t word)
{
	return record->words[i / 32] & 1u << (i % 32) &&
	       vgicv5_word_to_hvc(vgicv5_hvc_to_word(word)) == word && vgicv5_word(vgicv5_hvc_to_word(word));
}

static void restore(struct shell_vm *vm, uint64_t page, uint32_t *words)
{
	struct rewritten **link = find(&vm->stage2, page);
	unsigned int i;

	if (!*link)
		return;
	for (i = 0; i < WORDS; i++)
		if (is_ours(*link, i, words[i]))
			words[i] = vgicv5_hvc_to_word(words[i]);
	drop(link);
}

/* Before a store: bytes that it does not write must be the guest's, and an HVC that it writes is the guest's own. */
static void restore_range(struct shell_vm *vm, uint64_t page, uint32_t *words, uint64_t from, uint64_t to)
{
	struct rewritten *record = *find(&vm->stage2, page);
	uint64_t i;

	for (i = from / 4; record && i <= (to - 1) / 4 && i < WORDS; i++)
		if (is_ours(record, (unsigned int)i, words[i])) {
			words[i] = vgicv5_hvc_to_word(words[i]);
			record->words[i / 32] &= ~(1u << (i % 32));
		}
}

/* After a store into the page: what is no longer one of our HVCs is the guest's own word. */
static void recheck(struct shell_vm *vm, uint64_t page, const uint32_t *words)
{
	struct rewritten *record = *find(&vm->stage2, page);
	unsigned int i;

	if (!record)
		return;
	for (i = 0; i < WORDS; i++)
		if (!is_ours(record, i, words[i]))
			record->words[i / 32] &= ~(1u << (i % 32));
}

/* A page that a guest fetches from or stores to, and which of its bytes a store touches. */
struct touched {
	struct shell_vm *vm;
	uint64_t page;
	uint64_t from, to;
	enum stage2_use use;
	uint32_t *words;
};

/* Carries out a change of a page of RAM, that another vCPU may want to change too. */
static enum rewrite_result touch(struct shell_vm *vm, uint64_t ipa, unsigned int bytes,
				 bool (*change)(const struct touched *t))
{
	uint64_t page = ipa & ~(uint64_t)(PAGE_BYTES - 1), pa;
	struct touched t = {.vm = vm, .page = page, .from = ipa - page, .to = ipa - page + bytes};
	enum rewrite_result result = REWRITE_NOT_RAM;

	shell_lock(&vm->stage2.lock);
	if (stage2_look(&vm->stage2, page, &pa, &t.use) && t.use != STAGE2_REGISTERS) {
		t.words = (uint32_t *)(uintptr_t)pa;
		result = change(&t) ? REWRITE_DONE : REWRITE_NO_MEMORY;
	}
	shell_unlock(&vm->stage2.lock);
	return result;
}

static bool make_code(const struct touched *t)
{
	if (t->use != STAGE2_DATA && t->use != STAGE2_READ) {
		stage2_forget(t->page);
		return true;
	}
	/* Other vCPUs may be writing it, and must not execute it too early: neither is allowed while it changes. */
	if (!stage2_change(&t->vm->stage2, t->page, STAGE2_READ) || !replace(t->vm, t->page, t->words))
		return false;
	stage2_relax(&t->vm->stage2, t->page, STAGE2_CODE);
	return true;
}

enum rewrite_result rewrite_for_fetch(struct shell_vm *vm, uint64_t ipa)
{
	return touch(vm, ipa, 0, make_code);
}

static bool make_data(const struct touched *t)
{
	if (t->use != STAGE2_CODE && t->use != STAGE2_READ) {
		stage2_forget(t->page);
		return true;
	}
	/*
	 * Other vCPUs must not execute the restored words, and their stores must not come before they are there:
	 * the page is taken away while it changes.
	 */
	if (!stage2_change(&t->vm->stage2, t->page, STAGE2_READ))
		return false;
	restore(t->vm, t->page, t->words);
	stage2_relax(&t->vm->stage2, t->page, STAGE2_DATA);
	return true;
}

enum rewrite_result rewrite_for_store(struct shell_vm *vm, uint64_t ipa)
{
	return touch(vm, ipa, 0, make_data);
}

static bool begin_step(const struct touched *t)
{
	if (t->use == STAGE2_CODE && !stage2_change(&t->vm->stage2, t->page, STAGE2_ALL))
		return false;
	if (t->use != STAGE2_DATA)
		restore_range(t->vm, t->page, t->words, t->from, t->to);
	return true;
}

enum rewrite_result rewrite_step_begin(struct shell_vm *vm, uint64_t ipa, unsigned int bytes)
{
	return touch(vm, ipa, bytes, begin_step);
}

static bool end_step(const struct touched *t)
{
	bool done;

	if (t->use != STAGE2_ALL)
		return true;
	done = stage2_change(&t->vm->stage2, t->page, STAGE2_CODE);
	recheck(t->vm, t->page, t->words);
	return done && replace(t->vm, t->page, t->words);
}

enum rewrite_result rewrite_step_end(struct shell_vm *vm, uint64_t ipa)
{
	return touch(vm, ipa, 0, end_step);
}

/* The words of a record's page: RAM is one piece. */
static uint32_t *words_of(const struct shell_vm *vm, const struct rewritten *record)
{
	return (uint32_t *)(uintptr_t)(vm->ram_pa + record->ipa - SHELL_GUEST_RAM);
}

void rewrite_hide(struct shell_vm *vm)
{
	struct rewritten *record;
	uint32_t *words;
	unsigned int i;

	for (record = vm->stage2.rewritten; record; record = record->next) {
		words = words_of(vm, record);
		/* What a device wrote meanwhile stays. */
		recheck(vm, record->ipa, words);
		for (i = 0; i < WORDS; i++)
			if (is_ours(record, i, words[i]))
				words[i] = vgicv5_hvc_to_word(words[i]);
	}
}

void rewrite_show(struct shell_vm *vm)
{
	struct rewritten *record;
	uint32_t *words;
	unsigned int i;

	for (record = vm->stage2.rewritten; record; record = record->next) {
		words = words_of(vm, record);
		for (i = 0; i < WORDS; i++)
			if (record->words[i / 32] & 1u << (i % 32))
				words[i] = vgicv5_word_to_hvc(words[i]);
		sync_instructions(words);
	}
}

void rewrite_reset(struct shell_vm *vm)
{
	while (vm->stage2.rewritten)
		drop(&vm->stage2.rewritten);
}
