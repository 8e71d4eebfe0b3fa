/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Entries of interrupt state tables, in memory that is exact: the IRS has written back, or does not own it.
 *
 * A million of them are looked at for their size and once more to be copied, hence the unrolled loops.
 * Entries are the first four bytes of 4, 8 or 16: the rest is the IRS's own and of no use to another.
 */
#include "state.h"
#include "table.h"

#define PENDING ((uint32_t)GICV5_MASK(L2_ISTE_PENDING))

/* The entry of an ID, and how many follow it in the same memory; NULL: in an L2 table that is not there. */
static uint8_t *entry_of(const struct vgicv5_ist *ist, uint32_t id, uint32_t *count)
{
	unsigned int shift = 2u + ist->istsz;
	unsigned int index;
	uint8_t *table;

	if (!ist->two_level) {
		*count = ((uint32_t)1 << ist->id_bits) - id;
		return (uint8_t *)ist->table + ((size_t)id << shift);
	}
	index = vgicv5_ist_index_bits(ist->istsz, ist->l2sz);
	table = ist->l2[id >> index];
	id &= ((uint32_t)1 << index) - 1;
	*count = ((uint32_t)1 << index) - id;
	return table ? table + ((size_t)id << shift) : NULL;
}

/* Once, as the IRS may write at that moment; then what was read does not count (vgicv5_state_quiesce()). */
#define ENTRY(i) VGICV5_READ_ONCE(*(const uint32_t *)(const void *)(p + (i)*stride))
#define CONFIGURED(i) (ENTRY(i) & STATE_ISTE_MASK)

/*
 * The loops over entries are made three times, for entries of 4, 8 and 16 bytes, so that distances between
 * them are constants: each instruction here is executed a million times.
 */
#define INLINE static inline __attribute__((__always_inline__))

#define STOPS_AT(i) (w = ENTRY(i), all |= w, !(w & STATE_ISTE_MASK))

/* How many of `count` entries from `p` are configured, without one between them that is not. */
INLINE uint32_t count_of_stride(const uint8_t *p, size_t stride, uint32_t count, uint32_t *bits)
{
	uint32_t i = 0, all = *bits, w;

	for (; count - i >= 8; i += 8, p += 8 * stride)
		if (STOPS_AT(0) || STOPS_AT(1) || STOPS_AT(2) || STOPS_AT(3) || STOPS_AT(4) || STOPS_AT(5) ||
		    STOPS_AT(6) || STOPS_AT(7))
			break;
	for (; i < count && !STOPS_AT(0); i++)
		p += stride;
	*bits = all;
	return i;
}

static uint32_t count_configured(const struct vgicv5_ist *ist, const uint8_t *p, uint32_t count,
				 uint32_t *bits)
{
	switch (ist->istsz) {
	case 0:
		return count_of_stride(p, 4, count, bits);
	case 1:
		return count_of_stride(p, 8, count, bits);
	default:
		return count_of_stride(p, 16, count, bits);
	}
}

static uint32_t count_unconfigured(const uint8_t *p, size_t stride, uint32_t count)
{
	uint32_t i = 0;

	for (; count - i >= 8; i += 8, p += 8 * stride)
		if ((ENTRY(0) | ENTRY(1) | ENTRY(2) | ENTRY(3) | ENTRY(4) | ENTRY(5) | ENTRY(6) | ENTRY(7)) &
		    STATE_ISTE_MASK)
			break;
	for (; i < count && !CONFIGURED(0); i++)
		p += stride;
	return i;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The first that is configured, from `id` on. */
static uint32_t find_configured(const struct vgicv5_ist *ist, uint32_t id, uint32_t limit)
{
	while (id < limit) {
		uint32_t count, same;
		const uint8_t *p = entry_of(ist, id, &count);

		count = smaller(count, limit - id);
		same = p ? count_unconfigured(p, (size_t)4 << ist->istsz, count) : count;
		id += same;
		if (same < count)
			break;
	}
	return id;
}

/* The first that is not. */
static uint32_t find_unconfigured(const struct vgicv5_ist *ist, uint32_t id, uint32_t limit, uint32_t *bits)
{
	while (id < limit) {
		uint32_t count, same;
		const uint8_t *p = entry_of(ist, id, &count);

		count = smaller(count, limit - id);
		same = p ? count_configured(ist, p, count, bits) : 0;
		id += same;
		if (same < count)
			break;
	}
	return id;
}

/* The next run of configured entries from `from`, and the bits that they have. */
static bool find_run(const struct vgicv5_ist *ist, uint32_t from, uint32_t limit, struct state_run *run,
		     uint32_t *bits)
{
	run->first = find_configured(ist, from, limit);
	run->count = find_unconfigured(ist, run->first, limit, bits) - run->first;
	return run->count != 0;
}

void vgicv5_state_lay_out(const struct vgicv5_ist *ist, uint32_t limit, struct state_layout *layout)
{
	struct state_run run = {.first = 0};
	uint32_t bits = 0;

	*layout = (struct state_layout){.limit = limit};
	while (find_run(ist, run.first + run.count, limit, &run, &bits)) {
		if (layout->runs < STATE_RUNS_KEPT)
			layout->kept[layout->runs] = run;
		layout->runs++;
		layout->configured += run.count;
	}
	layout->targets = (uint32_t)GICV5_GET(L2_ISTE_IAFFID, bits);
}

#define COPY(i)                               \
	do {                                  \
		w = CONFIGURED(i);            \
		state_set32(to + 4 * (i), w); \
		a += w;                       \
		b += a;                       \
	} while (0)

/* Entries at `p` go to the window, which has room for them. */
INLINE void put_of_stride(struct state_out *out, const uint8_t *p, size_t stride, size_t count)
{
	uint32_t a = out->a, b = out->b, w;
	uint8_t *to = out->at;

	for (; count >= 8; count -= 8, p += 8 * stride, to += 32) {
		COPY(0);
		COPY(1);
		COPY(2);
		COPY(3);
		COPY(4);
		COPY(5);
		COPY(6);
		COPY(7);
	}
	for (; count; count--, p += stride, to += 4)
		COPY(0);
	out->at = to;
	out->a = a;
	out->b = b;
}

static void put_entries(struct state_out *out, const struct vgicv5_ist *ist, const uint8_t *p, size_t count)
{
	switch (ist->istsz) {
	case 0:
		put_of_stride(out, p, 4, count);
		break;
	case 1:
		put_of_stride(out, p, 8, count);
		break;
	default:
		put_of_stride(out, p, 16, count);
		break;
	}
}

static void put_run(struct state_out *out, const struct vgicv5_ist *ist, const struct state_run *run)
{
	uint32_t id = run->first;
	uint32_t end = run->first + run->count;

	vgicv5_state_put32(out, run->first);
	vgicv5_state_put32(out, run->count);
	while (id < end) {
		uint32_t count;
		const uint8_t *p = entry_of(ist, id, &count);
		size_t room = vgicv5_state_room(out);

		if (!room)
			return;
		count = smaller(count, end - id);
		if (count > room)
			count = (uint32_t)room;
		put_entries(out, ist, p, count);
		id += count;
	}
}

void vgicv5_state_put_runs(struct state_out *out, const struct vgicv5_ist *ist,
			   const struct state_layout *layout)
{
	struct state_run run = {.first = 0};
	uint32_t i, bits = 0;

	for (i = 0; i < layout->runs && !out->error; i++) {
		if (i < STATE_RUNS_KEPT)
			run = layout->kept[i];
		else if (!find_run(ist, run.first + run.count, layout->limit, &run, &bits))
			out->error = VGICV5_BUSY;
		put_run(out, ist, &run);
	}
}

/* Of one that may not be there: zero. */
uint32_t vgicv5_state_entry(const struct vgicv5_ist *ist, uint32_t id)
{
	uint32_t rest;
	const uint8_t *p = entry_of(ist, id, &rest);

	return p ? state_get32(p) & STATE_ISTE_MASK : 0;
}

void vgicv5_state_copy_entries(const struct vgicv5_ist *ist, uint32_t count, uint8_t *to)
{
	size_t stride = (size_t)4 << ist->istsz;
	uint32_t id = 0;

	while (id < count) {
		uint32_t n, i;
		const uint8_t *p = entry_of(ist, id, &n);

		n = smaller(n, count - id);
		for (i = 0; i < n; i++, to += 4)
			state_set32(to, p ? CONFIGURED(i) : 0);
		id += n;
	}
}

bool vgicv5_state_any(const struct vgicv5_ist *ist, uint32_t limit,
		      bool (*is)(const void *ctx, uint32_t iste), const void *ctx)
{
	size_t stride = (size_t)4 << ist->istsz;
	uint32_t id = 0;

	while (id < limit) {
		uint32_t n, i;
		const uint8_t *p = entry_of(ist, id, &n);

		n = smaller(n, limit - id);
		for (i = 0; p && i < n; i++)
			if (is(ctx, ENTRY(i)))
				return true;
		id += n;
	}
	return false;
}

/* ---- The table as a whole ---- */

void vgicv5_state_acquire(const struct vgicv5_host *host, const struct vgicv5_ist *ist)
{
	uint32_t i;

	if (!ist->two_level)
		vgicv5_table_acquire(host, ist->table, ist->bytes);
	for (i = 0; i < ist->l2_count; i++)
		if (ist->l2[i])
			vgicv5_table_acquire(host, ist->l2[i], ist->l2_bytes);
}

/* L1 entries are addresses, which stay. */
void vgicv5_state_publish(const struct vgicv5_host *host, const struct vgicv5_ist *ist)
{
	vgicv5_state_acquire(host, ist);
}

static void clear(void *memory, size_t bytes)
{
	uint64_t *word = memory;
	size_t i;

	for (i = 0; i < bytes / sizeof(*word); i++)
		VGICV5_WRITE_ONCE(word[i], 0);
}

void vgicv5_state_clear_entries(const struct vgicv5_ist *ist)
{
	uint32_t i;

	if (!ist->two_level)
		clear(ist->table, ist->bytes);
	for (i = 0; i < ist->l2_count; i++)
		if (ist->l2[i])
			clear(ist->l2[i], ist->l2_bytes);
}

void vgicv5_state_set_entry(const struct vgicv5_ist *ist, uint32_t id, uint32_t iste)
{
	uint32_t count;
	uint8_t *p = entry_of(ist, id, &count);

	VGICV5_WRITE_ONCE(*(uint32_t *)(void *)p, iste & STATE_ISTE_MASK & ~PENDING);
}
