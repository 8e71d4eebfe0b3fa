// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stage2.h"

#include "../arch/sysreg.h"

#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21
#define LEVEL3_SHIFT 12
#define ENTRIES 512u

#define S2_VALID BIT(0)
#define S2_TABLE 3u /* also: page, at level 3 */
#define S2_BLOCK 1u
#define S2_TYPE 3u
#define S2_MEMORY (0xfu << 2)
#define S2_DEVICE (0x1u << 2)
#define S2_READ BIT(6)
#define S2_WRITE BIT(7)
#define S2_INNER (3u << 8)
#define S2_AF BIT(10)
#define S2_XN BIT(54)
#define S2_ADDRESS 0x0000fffffffff000u

/* T0SZ 25, start at level 1, write-back inner shareable walks, 4 KiB; RES1 bit 31. PS is filled in. */
#define VTCR_VALUE (BIT(31) | (3u << 12) | (1u << 10) | (1u << 8) | (1u << 6) | 25u)
#define VTCR_PS_LO 16
#define PARANGE_48 5u

static uint64_t attributes(enum stage2_use use)
{
	switch (use) {
	case STAGE2_DATA:
		return S2_MEMORY | S2_READ | S2_WRITE | S2_INNER | S2_AF | S2_XN;
	case STAGE2_CODE:
		return S2_MEMORY | S2_READ | S2_INNER | S2_AF;
	case STAGE2_READ:
		return S2_MEMORY | S2_READ | S2_INNER | S2_AF | S2_XN;
	case STAGE2_ALL:
		return S2_MEMORY | S2_READ | S2_WRITE | S2_INNER | S2_AF;
	default:
		return S2_DEVICE | S2_READ | S2_WRITE | S2_INNER | S2_AF | S2_XN;
	}
}

static enum stage2_use use_of(uint64_t entry)
{
	if ((entry & S2_MEMORY) != S2_MEMORY)
		return STAGE2_REGISTERS;
	if (!(entry & S2_WRITE))
		return entry & S2_XN ? STAGE2_READ : STAGE2_CODE;
	return entry & S2_XN ? STAGE2_DATA : STAGE2_ALL;
}

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)(uintptr_t)(entry & S2_ADDRESS);
}

static bool is_table(uint64_t entry)
{
	return (entry & S2_TYPE) == S2_TABLE;
}

static unsigned int index_at(uint64_t ipa, unsigned int shift)
{
	return (unsigned int)(ipa >> shift) % ENTRIES;
}

static uint64_t *new_table(struct stage2 *s2)
{
	uint64_t *table = shell_alloc(PAGE_BYTES, PAGE_BYTES);

	if (table)
		s2->table_bytes += PAGE_BYTES;
	return table;
}

static void store(uint64_t *entry, uint64_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

bool stage2_init(struct stage2 *s2, uint16_t vmid)
{
	s2->table_bytes = 0;
	s2->vmid = vmid;
	s2->rewritten = NULL;
	s2->root = new_table(s2);
	return s2->root;
}

static void free_table(uint64_t *table, unsigned int levels_below)
{
	unsigned int i;

	/* At most three levels: a bounded descent, written out for each. */
	for (i = 0; levels_below && i < ENTRIES; i++)
		if (is_table(table[i]))
			shell_free(table_of(table[i]), PAGE_BYTES);
	shell_free(table, PAGE_BYTES);
}

void stage2_fini(struct stage2 *s2)
{
	unsigned int i;

	if (!s2->root)
		return;
	for (i = 0; i < ENTRIES; i++)
		if (is_table(s2->root[i]))
			free_table(table_of(s2->root[i]), 1);
	shell_free(s2->root, PAGE_BYTES);
	s2->root = NULL;
	s2->table_bytes = 0;
}

uint64_t stage2_vttbr(const struct stage2 *s2)
{
	return (uintptr_t)s2->root | (uint64_t)s2->vmid << 48;
}

uint64_t stage2_vtcr(void)
{
	uint64_t range = READ_SYSREG(id_aa64mmfr0_el1) & 0xf;

	return VTCR_VALUE | (range < PARANGE_48 ? range : PARANGE_48) << VTCR_PS_LO;
}

/* ---- Tables ---- */

/* The table below an entry, made if there is none. */
static uint64_t *descend(struct stage2 *s2, uint64_t *entry)
{
	uint64_t *table;

	if (is_table(*entry))
		return table_of(*entry);
	table = new_table(s2);
	if (table)
		store(entry, (uintptr_t)table | S2_TABLE);
	return table;
}

/* The entry that maps a page now: of level 3, or of level 2 if it is part of a block. NULL: none. */
static uint64_t *entry_of(const struct stage2 *s2, uint64_t ipa, bool *block)
{
	uint64_t *entry = &s2->root[index_at(ipa, LEVEL1_SHIFT)];

	*block = false;
	if (ipa >> (LEVEL1_SHIFT + 9) || !is_table(*entry))
		return NULL;
	entry = &table_of(*entry)[index_at(ipa, LEVEL2_SHIFT)];
	if (!(*entry & S2_VALID))
		return NULL;
	*block = !is_table(*entry);
	if (*block)
		return entry;
	entry = &table_of(*entry)[index_at(ipa, LEVEL3_SHIFT)];
	return *entry & S2_VALID ? entry : NULL;
}

bool stage2_map(struct stage2 *s2, uint64_t ipa, uint64_t pa, uint64_t bytes, enum stage2_use use)
{
	uint64_t end = ipa + bytes;
	uint64_t *table;

	while (ipa < end) {
		table = descend(s2, &s2->root[index_at(ipa, LEVEL1_SHIFT)]);
		if (!table)
			return false;
		if (!((ipa | pa) % BLOCK_BYTES) && end - ipa >= BLOCK_BYTES) {
			store(&table[index_at(ipa, LEVEL2_SHIFT)], pa | attributes(use) | S2_BLOCK);
			ipa += BLOCK_BYTES;
			pa += BLOCK_BYTES;
			continue;
		}
		table = descend(s2, &table[index_at(ipa, LEVEL2_SHIFT)]);
		if (!table)
			return false;
		store(&table[index_at(ipa, LEVEL3_SHIFT)], pa | attributes(use) | S2_TABLE);
		ipa += PAGE_BYTES;
		pa += PAGE_BYTES;
	}
	dsb_ish();
	return true;
}

bool stage2_look(const struct stage2 *s2, uint64_t ipa, uint64_t *pa, enum stage2_use *use)
{
	bool block;
	const uint64_t *entry = entry_of(s2, ipa, &block);
	uint64_t within = block ? BLOCK_BYTES - 1 : PAGE_BYTES - 1;

	if (!entry)
		return false;
	*pa = (*entry & S2_ADDRESS & ~within) | (ipa & within);
	*use = use_of(*entry);
	return true;
}

/* ---- Changes of a live table: break before make ---- */

void stage2_forget(uint64_t ipa)
{
	__asm__ volatile("dsb ishst\n\t"
			 "tlbi ipas2e1is, %0\n\t"
			 "dsb ish\n\t"
			 "tlbi vmalle1is\n\t"
			 "dsb ish\n\t"
			 "isb"
			 :
			 : "r"(ipa >> LEVEL3_SHIFT)
			 : "memory");
}

static bool split(struct stage2 *s2, uint64_t *entry, uint64_t ipa)
{
	uint64_t old = *entry;
	uint64_t *table = new_table(s2);
	unsigned int i;

	if (!table)
		return false;
	for (i = 0; i < ENTRIES; i++)
		table[i] = (old & ~(uint64_t)S2_TYPE) + i * PAGE_BYTES + S2_TABLE;
	store(entry, 0);
	stage2_forget(ipa);
	store(entry, (uintptr_t)table | S2_TABLE);
	dsb_ish();
	return true;
}

bool stage2_change(struct stage2 *s2, uint64_t ipa, enum stage2_use use)
{
	bool block;
	uint64_t *entry = entry_of(s2, ipa, &block);

	if (entry && block) {
		if (!split(s2, entry, ipa))
			return false;
		entry = entry_of(s2, ipa, &block);
	}
	if (!entry)
		return false;
	/* Only permissions change, for which the architecture does not ask for an invalid entry in between. */
	store(entry, (*entry & S2_ADDRESS) | attributes(use) | S2_TABLE);
	stage2_forget(ipa);
	return true;
}

void stage2_relax(struct stage2 *s2, uint64_t ipa, enum stage2_use use)
{
	bool block;
	uint64_t *entry = entry_of(s2, ipa, &block);

	if (entry && !block)
		store(entry, (*entry & S2_ADDRESS) | attributes(use) | S2_TABLE);
	dsb_ish();
}

uint64_t *stage2_reset(struct stage2 *s2, uint64_t ipa, uint64_t pa, uint64_t bytes, enum stage2_use use)
{
	uint64_t *chain = NULL;
	uint64_t *entry, *table;

	for (; bytes; bytes -= BLOCK_BYTES, ipa += BLOCK_BYTES, pa += BLOCK_BYTES) {
		entry = &table_of(s2->root[index_at(ipa, LEVEL1_SHIFT)])[index_at(ipa, LEVEL2_SHIFT)];
		table = is_table(*entry) ? table_of(*entry) : NULL;
		store(entry, pa | attributes(use) | S2_BLOCK);
		if (!table)
			continue;
		/* A CPU may still walk it: the link is an invalid entry. */
		store(table, (uintptr_t)chain);
		chain = table;
	}
	dsb_ish();
	return chain;
}

void stage2_free_tables(struct stage2 *s2, uint64_t *chain)
{
	uint64_t *table;

	while (chain) {
		table = chain;
		chain = table_of(*table);
		shell_free(table, PAGE_BYTES);
		s2->table_bytes -= PAGE_BYTES;
	}
}
