/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * damage COUNT SEED: STATE with random damage, mostly of a right size and checksum, so that it is the contents that are
 * looked at. Each is refused with an errno of the documented ones, and nothing has changed then; or it is taken, and can
 * be saved, put into another VM, and run. A VM that has refused some works.
 */
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/tables.h>

#include "gicstate.h"
#include "its.h"

#define VCPUS 3
#define SPIS 32
#define LPI_COUNT 48
/* What a state may grow by. */
#define ROOM 256
/* Of those that are taken, one of so many is used. */
#define USE_EVERY 8

static uint64_t random_state;

static uint32_t below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % limit;
}

/* ---- Damage ---- */

struct damaged {
	union {
		uint8_t *bytes;
		uint32_t *words;
		uint64_t *doubles;
	};
	uint32_t count; /* of bytes, a multiple of 8 */
};

static uint32_t edge(void)
{
	static const uint32_t edges[] = {0, 1, 2, 3, 0xff, 0x100, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

	return edges[below(ARRAY_SIZE(edges))];
}

static void cut(struct damaged *d)
{
	uint32_t at = below(d->count / 8), count = 1 + below(4);

	if (at + count > d->count / 8 || d->count <= 8 * (count + 8))
		return;
	memmove(d->doubles + at, d->doubles + at + count, d->count - 8 * (at + count));
	d->count -= 8 * count;
}

static void repeat(struct damaged *d, uint32_t room)
{
	uint32_t at = below(d->count / 8), count = 1 + below(4);

	if (at + count > d->count / 8 || d->count + 8 * count > room)
		return;
	memmove(d->doubles + at + count, d->doubles + at, d->count - 8 * at);
	d->count += 8 * count;
}

static void damage(struct damaged *d, uint32_t room)
{
	uint32_t word = below(d->count / 4);

	switch (below(8)) {
	case 0:
		cut(d);
		break;
	case 1:
		repeat(d, room);
		break;
	case 2:
		d->words[word] = edge();
		break;
	case 3:
		d->words[word] += below(2) ? 1 : -1u;
		break;
	case 4:
		d->words[word] = d->words[below(d->count / 4)];
		break;
	case 5:
		d->bytes[below(d->count)] = (uint8_t)below(256);
		break;
	default:
		d->words[word] ^= 1u << below(32);
	}
}

/* As on the page of the format; this machine is little-endian. */
static void make_right(struct damaged *d)
{
	uint32_t a = 1, b = 0, i;

	d->doubles[2] = d->count;
	for (i = 0; i < d->count / 4 - 2; i++) {
		a += d->words[i];
		b += a;
	}
	d->words[i] = a;
	d->words[i + 1] = b;
}

static struct damaged damaged(struct whole good)
{
	struct damaged d = {.bytes = calloc(1, good.bytes + ROOM), .count = (uint32_t)good.bytes};
	uint32_t times = 1 + below(3);

	memcpy(d.bytes, good.data, good.bytes);
	while (times--)
		damage(&d, (uint32_t)good.bytes + ROOM);
	if (below(8))
		make_right(&d);
	return d;
}

/* ---- The guest ---- */

static volatile uint32_t own_state;

/* With interrupts that it has not asked for, taken as they come; or as a guest that begins. */
static void guest(void)
{
	unsigned int i;
	uint64_t ia;

	for (i = 0; i < 64 && !own_state; i++) {
		ia = vgicv5_gicr_CDIA();
		if (!GICV5_GET(CDIA_VALID, ia))
			continue;
		vgicv5_gsb_ACK();
		vgicv5_gic_CDEOI();
		vgicv5_gic_CDDI((uint32_t)ia);
	}
	if (!own_state)
		GUEST_DONE();
	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	its_open_all();
	GUEST_ASSERT(guest_spi(5, false, 0));
	guest_lpi(6, 0);
	guest_pend(LPI(6));
	guest_pend(SPI(5));
	while (lpis_taken[0][6] != 1 || taken[0].spi[5] != 1)
		guest_sleep_until(&taken[0].spi[5], 1);
	GUEST_DONE();
}

/* ---- The VM ---- */

static uint32_t entry(unsigned int id)
{
	return (uint32_t)(GICV5_PUT(L2_ISTE_IAFFID, id % VCPUS) | GICV5_PUT(L2_ISTE_PRIORITY, 1 + id % 31) |
			  GICV5_PUT(L2_ISTE_ENABLE, id / 3 % 2) | GICV5_PUT(L2_ISTE_ACTIVE, id % 11 == 4) |
			  GICV5_PUT(L2_ISTE_PENDING, id % 13 == 6));
}

/* Something in each section. */
static void fill(struct machine *m)
{
	uint32_t bits = (uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, get_irs(m, GICV5_IRS_IDR2));
	struct tables t = make_tables(SPIS, 1u << bits);
	unsigned int i;

	for (i = 0; i < SPIS; i++)
		t.spi[i] = entry(i);
	for (i = 0; i < LPI_COUNT; i++)
		t.lpi[i + i / 16] = entry(i + 3);
	EXPECT(set_irs(m, GICV5_IRS_IST_CFGR, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, bits)), 0);
	EXPECT(set_irs(m, GICV5_IRS_IST_BASER, 0x80000 | GICV5_MASK(IRS_IST_BASER_VALID)), 0);
	EXPECT(set_ist(m, &t.ist), 0);
	set_distinct(m);
	free_tables(&t);
}

static bool is_documented(int error)
{
	return error == EINVAL || error == EOPNOTSUPP || error == ENOMEM;
}

struct results {
	uint32_t taken;
	uint32_t refused;
};

/* What was taken can be put into another VM, and run: what the guest does is its own affair, as long as it ends. */
static void use(struct machine *m)
{
	struct whole again = take_whole(m);
	struct machine other;

	machine_with_itss(&other, VCPUS, guest);
	EXPECT(give_whole(&other, again.data, again.bytes), 0);
	TEST_ASSERT(is_same(again, take_whole(&other)), "what was taken is another state in another VM");
	spi_line(&other, below(SPIS), true);
	EXPECT((int)machine_sync(&other, below(VCPUS)), 0);
	machine_free(&other);
}

/* A VM that has taken a state takes no other one: then there is a new one. */
static void once(struct machine *m, struct whole good, struct results *results)
{
	struct whole before = take_whole(m);
	struct damaged d = damaged(good);
	int error = give_whole(m, d.bytes, d.count);

	if (error) {
		TEST_ASSERT(is_documented(error), "a damaged state is refused with errno %d", error);
		TEST_ASSERT(is_same(before, take_whole(m)),
			    "a damaged state is refused and changes something");
		results->refused++;
	} else {
		free(before.data);
		if (results->taken++ % USE_EVERY == 0)
			use(m);
		machine_free(m);
		machine_with_itss(m, VCPUS, guest);
	}
	free(d.bytes);
}

static struct whole good_state(void)
{
	struct whole good;
	struct machine m;

	machine_with_itss(&m, VCPUS, guest);
	fill(&m);
	good = take_whole(&m);
	machine_free(&m);
	return good;
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)atol(argv[1]) : 1000, i;
	struct results results = {0};
	struct machine m, other;
	struct whole good;

	random_state = argc > 2 ? (uint64_t)atol(argv[2]) : 1;
	printf("damage: %u states, seed %lu\n", count, random_state);
	test_disable_default_vgic();
	good = good_state();
	machine_with_itss(&m, VCPUS, guest);
	for (i = 0; i < count; i++) {
		once(&m, good, &results);
		if (i % 500 == 499)
			printf("damage: %u taken, %u refused\n", results.taken, results.refused);
	}
	TEST_ASSERT(results.taken > count / 50 && results.refused > count / 50, "%u taken, %u refused",
		    results.taken, results.refused);
	*SHARED(&m, own_state) = 1;
	EXPECT((int)machine_sync(&m, 0), 0);
	machine_free(&m);
	machine_with_itss(&other, VCPUS, guest);
	EXPECT(give_whole(&other, good.data, good.bytes), 0);
	check_distinct(&other);
	TEST_ASSERT(is_same(good, take_whole(&other)), "the state without damage is another one");
	machine_free(&other);
	printf("damage: passed\n");
	return 0;
}
