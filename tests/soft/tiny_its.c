/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The second ITS. Bits are written as numbers, so that a wrong definition is not shared.
 */
#include "tiny_its.h"

enum kind { EDGE, LEVEL, CLEAR };

#define ADDRESS 0x00fffffffffffff8u

uint64_t tiny_its_read64(const struct tiny_its *t, uint64_t pa)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 8; i--;)
		value = value << 8 | (pa - t->base + i < t->bytes ? t->memory[pa - t->base + i] : 0);
	return value;
}

/* The entry for an ID of a table; 0: none. */
static uint64_t entry_address(const struct tiny_its *t, uint64_t table, bool two_level, unsigned int l2sz,
			      uint32_t id, uint64_t *l1)
{
	uint32_t per_table = 512u << (2 * l2sz);
	uint64_t entry;

	*l1 = 0;
	if (!two_level)
		return table + 8 * (uint64_t)id;
	*l1 = table + 8 * (uint64_t)(id / per_table);
	entry = tiny_its_read64(t, *l1);
	if (entry % 2 == 0 || id % per_table >= 1u << (entry >> 60))
		return 0;
	return (entry & ADDRESS) + 8 * (uint64_t)(id % per_table);
}

struct tiny_path tiny_its_walk(const struct tiny_its *t, uint32_t device, uint32_t event)
{
	struct tiny_path p = {0};
	uint64_t dte;

	p.error = 0x80;
	if ((uint64_t)device >= (uint64_t)1 << t->dt_bits)
		return p;
	p.error = 0x81;
	p.dte = entry_address(t, t->dt, t->dt_two_level, t->dt_l2sz, device, &p.l1_dte);
	p.last = p.dte ? p.dte : p.l1_dte;
	if (!p.dte)
		return p;
	p.error = 0x82;
	dte = tiny_its_read64(t, p.dte);
	if (dte % 2 == 0 || dte >> 59 > t->event_bits || (dte >> 58 & 1 && (dte >> 1 & 3) == 3))
		return p;
	p.dte_value = dte;
	p.error = 0x83;
	p.last = 0;
	if (event >= 1u << (dte >> 59))
		return p;
	p.error = 0x84;
	p.itte = entry_address(t, dte & ADDRESS, dte >> 58 & 1, dte >> 1 & 3, event, &p.l1_itte);
	p.last = p.itte ? p.itte : p.l1_itte;
	if (!p.itte)
		return p;
	p.itte_value = tiny_its_read64(t, p.itte);
	p.error = p.itte_value >> 31 & 1 ? 0 : 0x85;
	return p;
}

/* The LPI of an entry; false: there is none. */
static bool target(const struct tiny_its *t, uint64_t itte, unsigned int *space, uint32_t *id)
{
	*space = itte >> 30 & 1;
	*id = itte & 0xffffff;
	return (!*space || (itte >> 32 & 0xffff) == 1) && *id < t->lpi_limit[*space];
}

static void arrive(struct tiny_its *t, uint32_t device, uint32_t event, enum kind kind)
{
	struct tiny_path p = tiny_its_walk(t, device, event);
	unsigned int space;
	uint32_t id;

	if (!t->enabled)
		return;
	if (!p.error && !target(t, p.itte_value, &space, &id))
		p.error = 0x86;
	if (!p.error) {
		if (id < TINY_LPIS) {
			t->lpis[space][id].pending = kind != CLEAR;
			if (kind != CLEAR)
				t->lpis[space][id].level = kind == LEVEL;
		}
		return;
	}
	if (p.dte_value >> 57 & 1)
		return;
	if (t->status & 1) {
		t->status |= 8;
		return;
	}
	t->status = (uint64_t)p.error << 24 | 0xff0003 | (p.last ? 4 : 0);
	t->syndrome[0] = (uint64_t)device << 32 | event;
	t->syndrome[1] = p.last;
}

void tiny_its_msi(struct tiny_its *t, uint32_t device, uint32_t event)
{
	arrive(t, device, event, EDGE);
}

uint64_t tiny_its_data(const struct tiny_its *t, uint32_t device, uint32_t event)
{
	struct tiny_path p = tiny_its_walk(t, device, event);

	if (p.error || !t->enabled)
		return 0;
	if (p.itte_value >> 30 & 1)
		return (uint64_t)1 << 63 | (p.itte_value & 0xffff80ffffff);
	return p.itte_value & 0x80ffffff;
}

/* ---- the IWB ---- */

static bool listens(const struct tiny_its *t, unsigned int wire)
{
	return t->iwb_enabled && t->wires_enabled >> wire & 1;
}

void tiny_iwb_resample(struct tiny_its *t, unsigned int wire)
{
	if (listens(t, wire) && t->wires_level >> wire & 1)
		arrive(t, t->iwb_device, wire, t->wires_line >> wire & 1 ? LEVEL : CLEAR);
}

void tiny_iwb_wire(struct tiny_its *t, unsigned int wire, bool asserted)
{
	bool before = t->wires_line >> wire & 1;

	if (before == asserted)
		return;
	t->wires_line ^= (uint64_t)1 << wire;
	tiny_iwb_resample(t, wire);
	if (asserted && listens(t, wire) && !(t->wires_level >> wire & 1))
		arrive(t, t->iwb_device, wire, EDGE);
}

void tiny_iwb_wires_enable(struct tiny_its *t, unsigned int word, uint32_t value)
{
	unsigned int i;

	for (i = 32 * word; i < 32 * word + 32; i++) {
		bool before = t->wires_enabled >> i & 1;

		t->wires_enabled &= ~((uint64_t)1 << i);
		t->wires_enabled |= (uint64_t)(value >> i % 32 & 1) << i;
		if (!before)
			tiny_iwb_resample(t, i);
	}
}

void tiny_iwb_enable(struct tiny_its *t, bool on)
{
	bool before = t->iwb_enabled;
	unsigned int i;

	t->iwb_enabled = on;
	for (i = 0; i < 64 && !before; i++)
		tiny_iwb_resample(t, i);
}
