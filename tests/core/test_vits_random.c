// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The virtual ITS over random tables: any shape, entries that change between and in the middle of walks, all forms of
 * invalidation, ITS on and off, direct injection that the host grants or refuses.
 *
 * The oracle walks the tables afresh each time, over the values that the library was given: each event that is walked
 * must become the LPI that the oracle finds, or be lost for the same reason, with the same reads in the same order. One
 * that is not walked must become an LPI that a walk found since the last invalidation that names the event. What the
 * host has mapped is held to the same.
 *
 *     test_core_vits_random [SEED]
 */
#include "its_guest.h"
#include "its_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/debug.h>

#define SEEDS 96
#define STEPS 5000
#define PAIRS 16
#define LPIS (1u << ITS_LPI_BITS)
#define MAX_DEPTH 3
#define KNOWN 16
#define NOT_TOLD 1
#define NO_LPI 0xffffffffu

/* An event that tests send, and what may come of it without a walk. */
struct pair {
	uint32_t device;
	uint32_t event;
	uint64_t forgotten; /* time of the last invalidation that names it */
	uint32_t known[KNOWN];
	unsigned int known_count;
	uint32_t direct; /* LPI that the host sends, or NO_LPI */
};

/* One event under way: what the library was given to read, and what it injected. */
struct flight {
	uint64_t began;
	struct its_reads log;
	uint32_t lpi;
	unsigned int injected;
	bool disturbed; /* others ran meanwhile */
};

static struct {
	struct its_guest g;
	uint64_t random;
	uint64_t clock;
	uint64_t baser;
	uint32_t cfgr;
	uint32_t lpis;
	bool enabled;
	bool calm; /* nothing happens in the middle of walks */
	struct pair pairs[PAIRS];
	struct flight flights[MAX_DEPTH];
	unsigned int depth;
	unsigned int walks, hits, delivered;
} t;

static uint64_t seed_now;

static uint64_t next(void)
{
	t.random ^= t.random << 13;
	t.random ^= t.random >> 7;
	t.random ^= t.random << 17;
	return t.random;
}

static uint32_t dice(uint32_t sides)
{
	return (uint32_t)(next() >> 20) % sides;
}

#define CHECK(cond)                                                                                         \
	do {                                                                                                \
		if (!(cond))                                                                                \
			fail_msg("seed %llu: %s (line %d)", (unsigned long long)seed_now, #cond, __LINE__); \
	} while (0)

static void ask(struct its_oracle *o, const struct its_reads *log, const struct pair *pair)
{
	const struct its_tables tables = {.baser = t.baser,
					  .cfgr = t.cfgr,
					  .device_id_bits = t.g.vits.config.device_id_bits,
					  .event_id_bits = t.g.vits.config.event_id_bits,
					  .lpis = t.lpis};

	its_ask(o, &tables, log, pair->device, pair->event);
}

/* ---- What walks have found ---- */

static bool is_known(const struct pair *pair, uint32_t lpi)
{
	unsigned int i;

	for (i = 0; i < pair->known_count; i++)
		if (pair->known[i] == lpi)
			return true;
	return false;
}

/* Whether a hit may give that LPI. */
static bool is_good_hit(const struct pair *pair, uint32_t lpi)
{
	return t.enabled && lpi < t.lpis && is_known(pair, lpi);
}

static void learn(struct pair *pair, uint64_t began, uint32_t lpi)
{
	if (began < pair->forgotten || is_known(pair, lpi))
		return;
	/* Then the oldest is not looked for any more; an error, if it came back, would be found by another seed. */
	pair->known[pair->known_count++ % KNOWN] = lpi;
	if (pair->known_count > KNOWN)
		pair->known_count = KNOWN;
}

static void forget(struct pair *pair)
{
	pair->forgotten = t.clock;
	pair->known_count = 0;
}

/* ---- The host ---- */

static struct pair *find_pair(uint32_t device, uint32_t event)
{
	unsigned int i;

	for (i = 0; i < PAIRS; i++)
		if (t.pairs[i].device == device && t.pairs[i].event == event)
			return &t.pairs[i];
	fail_msg("seed %llu: an event that nobody sent", (unsigned long long)seed_now);
	return NULL;
}

static int host_map(void *ctx, struct vgicv5_vm *vm, uint32_t device, uint32_t event, uint32_t lpi)
{
	(void)ctx;
	(void)vm;
	if (!dice(3))
		return VGICV5_BUSY;
	find_pair(device, event)->direct = lpi;
	return VGICV5_OK;
}

static void host_unmap(void *ctx, struct vgicv5_vm *vm, const struct vgicv5_vits_scope *scope)
{
	unsigned int i;

	(void)ctx;
	(void)vm;
	for (i = 0; i < PAIRS; i++)
		if (t.pairs[i].device >= scope->first_device && t.pairs[i].device <= scope->last_device &&
		    t.pairs[i].event >= scope->first_event && t.pairs[i].event <= scope->last_event)
			t.pairs[i].direct = NO_LPI;
}

static const struct vgicv5_vits_direct_ops host_ops = {.map = host_map, .unmap = host_unmap};

/* ---- The guest ---- */

static uint64_t table_address(void)
{
	uint32_t where = dice(24);

	if (!where)
		return next() & ITS_ADDRESS;
	return ITS_GPA +
	       (where == 1 ? dice(ITS_ORACLE_MEMORY / 8) * 8 : dice(ITS_ORACLE_MEMORY / 4096) * 4096);
}

/* Mostly one that leads on. */
static uint64_t some_entry(enum its_entry_kind kind)
{
	uint64_t valid = dice(8) != 0;
	uint64_t bits = dice(8) ? 10 + dice(6) : dice(16);

	if (!dice(24))
		return next();
	switch (kind) {
	case ITS_L1:
		return bits << 60 | table_address() | valid;
	case ITS_DTE:
		return (bits + dice(17)) << 59 | (uint64_t)!dice(2) << 58 | (uint64_t)!dice(12) << 57 |
		       table_address() | (dice(8) ? dice(3) : 3) << 1 | valid;
	default:
		return (next() & 0xffffull << 32) | valid << 31 | (dice(12) ? 0 : next() & 7ull << 28) |
		       (dice(12) ? dice(LPIS) : next() & 0xffffff);
	}
}

/* One entry on the way of an event: most often the one at which it ends, and seldom if that is well. */
static void change_tables(void)
{
	struct its_oracle o;
	unsigned int n;

	ask(&o, NULL, &t.pairs[dice(PAIRS)]);
	if (!o.reads || (!o.error && dice(4)))
		return;
	n = dice(4) ? o.reads - 1 : dice(o.reads);
	if (!its_in_memory(o.path[n]) && n)
		n--;
	if (its_in_memory(o.path[n]))
		its_store(o.path[n],
			  dice(6) ? some_entry(o.kind[n]) : its_load(o.path[n]) ^ 1ull << dice(64));
}

/* IDs that an invalidation names: those of the same block of `bits` index bits. */
static void forget_scope(uint32_t device, unsigned int device_bits, uint32_t event, unsigned int event_bits)
{
	unsigned int i;

	t.clock++;
	for (i = 0; i < PAIRS; i++)
		if ((uint64_t)(t.pairs[i].device ^ device) >> device_bits == 0 &&
		    (uint64_t)(t.pairs[i].event ^ event) >> event_bits == 0)
			forget(&t.pairs[i]);
}

static void invalidate(void)
{
	const struct pair *pair = &t.pairs[dice(PAIRS)];
	uint32_t l2sz = dice(4);

	switch (dice(4)) {
	case 0:
		its_invalidate_event(&t.g, pair->device, pair->event, l2sz << 1);
		forget_scope(pair->device, 0, pair->event, 0);
		break;
	case 1:
		its_invalidate_event(&t.g, pair->device, pair->event, l2sz << 1 | 1);
		forget_scope(pair->device, 0, pair->event, 9 + 2 * l2sz);
		break;
	case 2:
		its_invalidate_device(&t.g, pair->device, 31u << 1);
		forget_scope(pair->device, 0, 0, 32);
		break;
	default:
		its_invalidate_device(&t.g, pair->device, 1);
		forget_scope(pair->device, 9 + 2 * (t.cfgr >> 6 & 3), 0, 32);
		break;
	}
}

/* Tables can be exchanged only when no event is under way that uses them. */
static void reconfigure(void)
{
	uint64_t baser = table_address();
	uint32_t cfgr = dice(2) << 16 | (dice(12) ? dice(3) : 3) << 6 | (dice(8) ? 12 + dice(20) : dice(64));
	bool idle;

	its_write(&t.g, 0x80, 0);
	forget_scope(0, 32, 0, 32);
	t.enabled = false;
	idle = its_read(&t.g, 0x80) == 2;
	CHECK(idle == !t.depth);
	if (dice(2)) {
		its_write(&t.g, 0xc0, baser);
		its_write(&t.g, 0xd0, cfgr);
		t.baser = idle ? baser & ITS_ADDRESS : t.baser;
		t.cfgr = idle ? cfgr : t.cfgr;
	}
	CHECK(its_read(&t.g, 0xc0) == t.baser && its_read(&t.g, 0xd0) == t.cfgr);
	if (dice(4)) {
		its_write(&t.g, 0x80, 1);
		t.enabled = true;
	}
}

/* The LPI table goes or comes. */
static void change_lpis(void)
{
	struct world_vcpu *v = &t.g.vm->vcpus[0];

	if (t.lpis)
		guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
	else
		guest_make_lpis(v, ITS_LPI_BITS);
	t.lpis = t.lpis ? 0 : LPIS;
}

static void synchronize(void)
{
	its_write(&t.g, 0x140, 1ull << 63 | dice(2) << 31);
	CHECK(its_read(&t.g, 0x148) == !t.depth);
}

/* ---- Events ---- */

static void on_trace(void *ctx, unsigned int point, uint32_t vm, uint64_t intid, uint64_t pending)
{
	struct flight *flight = t.depth ? &t.flights[t.depth - 1] : NULL;

	(void)ctx;
	(void)vm;
	if (point != VGICV5_TRACE_inject)
		return;
	CHECK(flight && pending && intid >> 29 == 2);
	flight->lpi = intid & 0xffffff;
	flight->injected++;
}

static void send(void);

static void meanwhile(void)
{
	static void (*const acts[])(void) = {
		change_tables, change_tables, change_tables, change_tables,
		invalidate,    invalidate,    synchronize,
	};

	if (!dice(50))
		reconfigure();
	else if (dice(8) || t.depth >= MAX_DEPTH)
		acts[dice(sizeof(acts) / sizeof(acts[0]))]();
	else
		send();
}

/* Called before the copy: first what the guest does, then note what is there. */
static void on_read(void *ctx, struct vgicv5_vm *vm, uint64_t gpa)
{
	struct flight *flight = &t.flights[t.depth - 1];

	(void)ctx;
	(void)vm;
	CHECK(t.depth && flight->log.count < ITS_MAX_READS);
	if (!t.calm && !dice(6)) {
		flight->disturbed = true;
		meanwhile();
	}
	flight->log.gpa[flight->log.count] = gpa;
	flight->log.fault[flight->log.count] = !its_in_memory(gpa);
	flight->log.value[flight->log.count] = its_in_memory(gpa) ? its_load(gpa) : 0;
	flight->log.count++;
}

static int code_of(enum vgicv5_vits_swerr error)
{
	switch (error) {
	case VGICV5_VITS_OK:
		return VGICV5_OK;
	case VGICV5_VITS_L1_DTE_READ:
	case VGICV5_VITS_L2_DTE_READ:
	case VGICV5_VITS_L1_ITTE_READ:
	case VGICV5_VITS_L2_ITTE_READ:
		return VGICV5_FAULT;
	default:
		return VGICV5_INVALID;
	}
}

/* Of an event that was lost; nothing else was recorded meanwhile. */
static void check_record(const struct pair *pair, const struct its_oracle *verdict,
			 const struct flight *flight)
{
	bool fault = code_of(verdict->error) == VGICV5_FAULT;
	uint64_t status = its_read(&t.g, 0x240);

	if (!verdict->error || verdict->quiet) {
		CHECK(status == 0);
		return;
	}
	CHECK(status == ((uint64_t)verdict->error << 24 | (fault ? 7 : 3)));
	CHECK(its_read(&t.g, 0x248) == ((uint64_t)pair->device << 32 | pair->event));
	CHECK(its_read(&t.g, 0x250) == (fault ? flight->log.gpa[flight->log.count - 1] & ITS_ADDRESS : 0));
	its_write(&t.g, 0x240, 9);
}

static void check_walk(struct pair *pair, const struct flight *flight, int result)
{
	struct its_oracle o;

	ask(&o, &flight->log, pair);
	t.walks++;
	CHECK(flight->log.count == o.reads);
	CHECK(result == NOT_TOLD || result == code_of(o.error));
	CHECK(flight->injected == !o.error);
	if (!o.error) {
		CHECK(flight->lpi == (o.itte & 0xffffff));
		learn(pair, flight->began, flight->lpi);
	}
	if (!t.depth && !flight->disturbed)
		check_record(pair, &o, flight);
}

static struct flight *take_off(void)
{
	struct flight *flight = &t.flights[t.depth++];

	memset(flight, 0, sizeof(*flight));
	flight->began = t.clock;
	return flight;
}

static void land(struct pair *pair, struct flight *flight, int result, bool was_enabled)
{
	t.depth--;
	if (!was_enabled) {
		CHECK(result == VGICV5_STATE && !flight->injected && !flight->log.count);
	} else if (!flight->log.count && flight->injected) {
		/* A device that is out of range is found without a read, but gives no LPI. */
		CHECK(!result && flight->injected == 1 && is_good_hit(pair, flight->lpi));
		t.hits++;
	} else {
		check_walk(pair, flight, result);
	}
	t.delivered += flight->injected;
}

static void send(void)
{
	struct pair *pair = &t.pairs[dice(PAIRS)];
	bool was_enabled = t.enabled;
	struct flight *flight;
	int result;

	if (!t.depth)
		its_write(&t.g, 0x240, 9);
	flight = take_off();
	if (dice(2))
		result = vgicv5_inject_msi(&t.g.vits, pair->device, pair->event);
	else
		result = vgicv5_inject_msi_at(&t.g.vm->vm, ITS_BASE + 0x10000, pair->device, pair->event);
	land(pair, flight, result, was_enabled);
}

static void send_cached(void)
{
	struct pair *pair = &t.pairs[dice(PAIRS)];
	struct flight *flight = take_off();
	int result = vgicv5_inject_msi_cached(&t.g.vits, pair->device, pair->event);

	t.depth--;
	CHECK(!flight->log.count && flight->injected == !result);
	CHECK(result ? result == VGICV5_BUSY : is_good_hit(pair, flight->lpi));
}

/* The ITS's mutex is held meanwhile: a guest's accesses wait. */
static void generate(void)
{
	struct pair *pair = &t.pairs[dice(PAIRS)];
	struct flight *flight;

	its_write(&t.g, 0x180, pair->device);
	its_write(&t.g, 0x188, pair->event);
	its_write(&t.g, 0x240, 9);
	flight = take_off();
	t.calm = true;
	its_write(&t.g, 0x18c, 1u << 31 | 1);
	t.calm = false;
	t.depth--;
	if (flight->injected && !flight->log.count)
		CHECK(is_good_hit(pair, flight->lpi));
	else if (t.enabled)
		check_walk(pair, flight, NOT_TOLD);
	else
		CHECK(!flight->injected && !flight->log.count);
}

static void read_back(void)
{
	const struct pair *pair = &t.pairs[dice(PAIRS)];
	uint64_t expected = 0;
	struct its_oracle o;

	its_write(&t.g, 0x100, pair->device);
	its_write(&t.g, 0x108, pair->event);
	(void)take_off();
	t.calm = true;
	its_write(&t.g, 0x114, 1u << 31);
	t.calm = false;
	t.depth--;
	ask(&o, NULL, pair);
	if (t.enabled && o.itte >> 31 & 1)
		expected = (o.itte >> 30 & 1) << 63 | (o.itte & 0xffffull << 32) | 1ull << 31 |
			   (o.itte & 0xffffff);
	CHECK(its_read(&t.g, 0x118) == expected);
}

static void check_host(void)
{
	unsigned int i;

	for (i = 0; i < PAIRS; i++)
		CHECK(t.pairs[i].direct == NO_LPI || is_known(&t.pairs[i], t.pairs[i].direct));
}

static void step(void)
{
	static void (*const steps[])(void) = {
		change_tables, change_tables, change_tables, change_tables, change_tables, send,
		send,	       send,	      send,	     send,	    send,	   send_cached,
		send_cached,   generate,      read_back,     invalidate,    synchronize,
	};

	if (!dice(400))
		reconfigure();
	else if (!dice(96))
		change_lpis();
	else
		steps[dice(sizeof(steps) / sizeof(steps[0]))]();
	check_host();
}

/* ---- Runs ---- */

/* IDs that share blocks and slots of the cache, and some beyond every width. */
static void choose_pairs(void)
{
	unsigned int i;

	for (i = 0; i < PAIRS; i++) {
		struct pair *pair = &t.pairs[i];
		const struct pair *other = &t.pairs[i ? dice(i) : 0];

		do {
			pair->device = dice(3)	 ? other->device
				       : dice(2) ? other->device ^ 1u << dice(12)
						 : dice(4096);
			pair->event = dice(2) ? other->event ^ 1u << dice(10) : dice(1024);
			if (!dice(16))
				pair->device = (uint32_t)next();
			if (!dice(16))
				pair->event = (uint32_t)next();
		} while (find_pair(pair->device, pair->event) != pair);
		pair->direct = NO_LPI;
	}
}

static void run_seed(uint64_t seed)
{
	unsigned int i;

	seed_now = seed;
	memset(&t, 0, sizeof(t));
	t.random = seed * 0x9e3779b97f4a7c15ull + 1;
	its_up(&t.g, &its_shapes[0], dice(2) ? &host_ops : NULL);
	for (i = 0; i < PAIRS; i++)
		t.pairs[i] = (struct pair){.device = ~i, .event = i};
	choose_pairs();
	hal_host_guest_memory_clear();
	hal_host_guest_memory_add(NULL, ITS_GPA, its_memory, ITS_ORACLE_MEMORY);
	t.lpis = LPIS;
	t.enabled = true;
	t.baser = its_read(&t.g, 0xc0);
	t.cfgr = (uint32_t)its_read(&t.g, 0xd0);
	t.g.vits.config.device_id_bits = (uint8_t)(dice(8) ? 12 + dice(21) : 1 + dice(32));
	t.g.vits.config.event_id_bits = (uint8_t)(dice(8) ? 10 + dice(7) : 1 + dice(16));
	hal_host_on_guest_read(on_read, NULL);
	hal_host_on_trace(on_trace, NULL);
	for (i = 0; i < STEPS; i++)
		step();
	hal_host_on_guest_read(NULL, NULL);
	hal_host_on_trace(NULL, NULL);
	its_down(&t.g);
}

static void differential(void **state)
{
	unsigned int walks = 0, hits = 0, delivered = 0;
	const char *one = *state;
	uint64_t seed;

	if (one) {
		run_seed(strtoull(one, NULL, 0));
		return;
	}
	for (seed = 1; seed <= SEEDS; seed++) {
		run_seed(seed);
		walks += t.walks;
		hits += t.hits;
		delivered += t.delivered;
	}
	print_message("%u walks, %u hits, %u LPIs\n", walks, hits, delivered);
	assert_true(hits > SEEDS * 10 && delivered - hits > SEEDS * 10);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(differential, argc > 1 ? argv[1] : NULL),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
