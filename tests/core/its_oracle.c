// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "its_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

bool its_in_memory(uint64_t gpa)
{
	return gpa >= ITS_GPA && gpa - ITS_GPA <= ITS_ORACLE_MEMORY - 8;
}

static bool load(struct its_oracle *o, const struct its_reads *log, uint64_t gpa, enum its_entry_kind kind,
		 uint64_t *value)
{
	unsigned int n = o->reads++;

	assert_true(n < ITS_MAX_READS);
	o->path[n] = gpa;
	o->kind[n] = kind;
	if (!log) {
		*value = its_in_memory(gpa) ? its_load(gpa) : 0;
		return its_in_memory(gpa);
	}
	assert_true(n < log->count);
	assert_int_equal(gpa, log->gpa[n]);
	*value = log->value[n];
	return !log->fault[n];
}

struct look_up {
	uint64_t base;
	bool two_level;
	unsigned int l2sz;
	uint64_t id;
	enum its_entry_kind kind;
	unsigned int codes; /* its errors: reserved size, L1 unreadable, L1 bad, L2 unreadable */
};

static bool look_up(struct its_oracle *o, const struct its_reads *log, struct look_up l, uint64_t *entry)
{
	static const unsigned int entries[] = {512, 2048, 8192};

	o->error = l.codes;
	if (l.two_level && l.l2sz > 2)
		return false;
	if (l.two_level) {
		o->error = l.codes + 1;
		if (!load(o, log, l.base + l.id / entries[l.l2sz] * 8, ITS_L1, entry))
			return false;
		o->error = l.codes + 2;
		l.id %= entries[l.l2sz];
		if (!(*entry & 1) || l.id >= 1ull << (*entry >> 60))
			return false;
		l.base = *entry & ITS_ADDRESS;
	}
	o->error = l.codes + 3;
	if (!load(o, log, l.base + l.id * 8, l.kind, entry))
		return false;
	o->error = VGICV5_VITS_OK;
	return true;
}

static void judge(struct its_oracle *o, uint32_t lpis, uint64_t itte)
{
	o->itte = itte;
	if (!(itte >> 31 & 1))
		o->error = VGICV5_VITS_L2_ITTE;
	else if (itte >> 28 & 7)
		o->error = VGICV5_VITS_L2_ITTE_FIELD;
	else if ((itte & 0xffffff) >= lpis)
		o->error = VGICV5_VITS_LPI;
}

static bool beyond(uint32_t id, unsigned int bits, unsigned int implemented)
{
	return (uint64_t)id >> (bits < implemented ? bits : implemented);
}

void its_ask(struct its_oracle *o, const struct its_tables *tables, const struct its_reads *log,
	     uint32_t device, uint32_t event)
{
	struct look_up dt = {.base = tables->baser,
			     .two_level = tables->cfgr >> 16 & 1,
			     .l2sz = tables->cfgr >> 6 & 3,
			     .id = device,
			     .kind = ITS_DTE,
			     .codes = VGICV5_VITS_DT_CONFIG};
	struct look_up itt = {.id = event, .kind = ITS_ITTE, .codes = VGICV5_VITS_ITT_CONFIG};
	uint64_t dte, itte;

	memset(o, 0, sizeof(*o));
	o->error = VGICV5_VITS_DEVICE_RANGE;
	if (beyond(device, tables->cfgr & 63, tables->device_id_bits) || !look_up(o, log, dt, &dte))
		return;
	o->error = VGICV5_VITS_L2_DTE;
	if (!(dte & 1))
		return;
	o->quiet = dte >> 57 & 1;
	o->error = VGICV5_VITS_EVENT_RANGE;
	if (beyond(event, (unsigned int)(dte >> 59), tables->event_id_bits))
		return;
	itt.base = dte & ITS_ADDRESS;
	itt.two_level = dte >> 58 & 1;
	itt.l2sz = dte >> 1 & 3;
	if (look_up(o, log, itt, &itte))
		judge(o, tables->lpis, itte);
}
