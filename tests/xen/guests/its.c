/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest of Xen with an ITS: it asks Xen for MSIs by the test transport's HVC, from every context of Xen, and
 * counts what arrives, while its other CPU maps, moves and invalidates.
 *
 * Seed and number of MSIs are in the reserved fields of the image's header, where whoever starts it puts them.
 */
#include "../../guest/its.h"
#include "../../guest/aarch64/platform.h"

#define TRANSLATER (ITS_TRANSLATE_FRAME + GICV5_ITS_TRANSLATER)

#define EVENTS 24u	 /* those that MSIs are asked for; each has two LPIs that it can be mapped to */
#define IDLE_EVENT 40u	 /* mapped and unmapped, never asked for */
#define UNMAPPED_LPI 200 /* has no event */
#define PRIORITY 8u
#define WINDOW 8u /* MSIs that may be under way at once, all of different events */
#define PATIENCE 200000u

#define HEADER_SEED 4 /* quad words of the header of an arm64 Image */
#define HEADER_ASKED 5

/* Where in Xen an MSI comes from: x2 of the HVC. */
#define CONTEXTS 4u

#define EAGAIN_ ((uint64_t)-11)
#define EBUSY_ ((uint64_t)-16)
#define EINVAL_ ((uint64_t)-22)

extern const uint64_t _start[];

static volatile uint32_t arrived[CPUS][UNMAPPED_LPI + 1];
static volatile bool stop;
static unsigned int failures;

/* ---- What is counted ---- */

static void check(const char *what, bool good)
{
	failures += !good;
	log_line("its: %s %s", good ? "PASS" : "FAIL", what);
}

static void handler(void)
{
	uint64_t intid = gic_acknowledge();
	uint32_t lpi = (uint32_t)GICV5_GET(CDIA_ID, intid);

	if (!GICV5_GET(CDIA_VALID, intid))
		return;
	if (GICV5_GET(CDIA_TYPE, intid) != GICV5_TYPE_LPI || lpi > UNMAPPED_LPI)
		lpi = UNMAPPED_LPI;
	arrived[platform_cpu()][lpi]++;
	gic_eoi();
	platform_gic(GICV5_GIC_CDDI, LPI(lpi));
}

static uint32_t first_lpi(uint32_t event)
{
	return event;
}

static uint32_t second_lpi(uint32_t event)
{
	return 100 + event;
}

static uint32_t count_lpi(uint32_t lpi)
{
	return arrived[0][lpi] + arrived[1][lpi];
}

static uint32_t count(uint32_t event)
{
	return count_lpi(first_lpi(event)) + count_lpi(second_lpi(event));
}

/* Until an event has arrived as often as it was asked for. */
static bool wait_for(uint32_t event, uint32_t wanted)
{
	uint32_t patience = PATIENCE;

	while (count(event) < wanted && --patience)
		platform_take_irq(handler, false);
	return count(event) == wanted;
}

/* ---- The machine ---- */

static void map_all(void)
{
	uint32_t event;

	its_prepare();
	for (event = 0; event < EVENTS; event++)
		its_map(event, first_lpi(event));
}

static void prepare_cpu(void *unused)
{
	(void)unused;
	cpu_open(GICV5_PRIORITY_LOWEST);
}

static void prepare_irs(void)
{
	uint32_t event;

	ist_install_any();
	irs_enable(true);
	for (event = 0; event < EVENTS; event++) {
		gic_setup(LPI(first_lpi(event)), PRIORITY);
		gic_setup(LPI(second_lpi(event)), PRIORITY);
	}
	prepare_cpu(0);
	platform_on_cpu(1, prepare_cpu, 0);
}

/* ---- Asking for MSIs ---- */

static uint64_t ask_at(uint64_t address, uint32_t device, uint32_t event, unsigned int context)
{
	register uint64_t x0 __asm__("x0") = device;
	register uint64_t x1 __asm__("x1") = event;
	register uint64_t x2 __asm__("x2") = context;
	register uint64_t x3 __asm__("x3") = address;

	__asm__ volatile("hvc #0x4d51" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	return x0;
}

/* Xen has so many requests at once; those under way end by themselves. */
static uint64_t ask(uint32_t event, unsigned int context)
{
	uint64_t result;

	do {
		result = ask_at(TRANSLATER, ITS_DEVICE, event, context);
	} while (result == EAGAIN_ || result == EBUSY_);
	return result;
}

/* ---- One at a time ---- */

/* Exactly one more, and as this LPI. */
static bool arrives_as(uint32_t event, uint32_t lpi, unsigned int context)
{
	uint32_t before = count_lpi(lpi);
	uint32_t wanted = count(event) + 1;

	return !ask(event, context) && wait_for(event, wanted) && count_lpi(lpi) == before + 1;
}

/* The first MSI after an invalidation is not known to Xen, the second is. */
static void test_each_context(void)
{
	bool good = true;
	unsigned int context;
	unsigned int i;

	for (context = 0; context < CONTEXTS; context++) {
		its_invalidate_device();
		for (i = 0; i < 2; i++)
			good &= arrives_as(context, first_lpi(context), context);
	}
	check("an MSI from each context arrives, known or not", good);
}

static void test_remap(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		uint32_t event = i % EVENTS;

		its_map(event, second_lpi(event));
		good &= arrives_as(event, second_lpi(event), i % CONTEXTS);
		its_map(event, first_lpi(event));
		good &= arrives_as(event, first_lpi(event), (i / CONTEXTS) % CONTEXTS);
	}
	check("a new mapping counts from its invalidation on", good);
}

static void test_unmap(void)
{
	uint32_t before = count(3);
	uint64_t status;
	unsigned int context;

	its_write(GICV5_ITS_SWERR_STATUSR, 8, GICV5_MASK(ITS_SWERR_STATUSR_V));
	its_unmap(3);
	for (context = 0; context < CONTEXTS; context++) {
		(void)ask(3, context);
		/* What comes behind it in the same context has arrived: it would have, too. */
		(void)arrives_as(4, first_lpi(4), context);
	}
	check("an event without mapping is lost", count(3) == before);
	status = its_read(GICV5_ITS_SWERR_STATUSR, 8);
	check("and the ITS says so",
	      GICV5_GET(ITS_SWERR_STATUSR_V, status) &&
		      its_read(GICV5_ITS_SWERR_SYNDROMER0, 8) == ((uint64_t)ITS_DEVICE << 32 | 3));
	its_map(3, first_lpi(3));
}

static void test_refusals(void)
{
	bool good = true;
	unsigned int context;
	uint32_t before;

	for (context = 0; context < 2; context++) {
		good &= ask_at(TRANSLATER + 8, ITS_DEVICE, 0, context) == EINVAL_;
		good &= ask_at(IRS_BASE, ITS_DEVICE, 0, context) == EINVAL_;
		good &= ask_at(0, ITS_DEVICE, 0, context) == EINVAL_;
	}
	check("an address that is not the ITS's is refused", good);
	before = count(0);
	its_enable(false);
	/* Whatever has to wait is done before this CPU is back here. */
	good = !ask(0, 0);
	its_enable(true);
	good &= arrives_as(1, first_lpi(1), 0) && count(0) == before;
	check("what comes while the ITS is disabled is lost", good);
}

/* ---- All at once ---- */

static uint64_t random_state;

static uint32_t below(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 33) % limit;
}

/* On CPU 1, until it is told to stop. An entry goes from one valid mapping to another by one store. */
static void disturb(void *moves)
{
	uint32_t event;

	while (!stop) {
		event = below(EVENTS);
		switch (below(6)) {
		case 0:
			its_map(event, first_lpi(event));
			break;
		case 1:
			its_map(event, second_lpi(event));
			break;
		case 2:
			its_invalidate_device();
			break;
		case 3:
			its_map(IDLE_EVENT, UNMAPPED_LPI);
			its_unmap(IDLE_EVENT);
			break;
		default:
			gic_route(LPI(below(2) ? first_lpi(event) : second_lpi(event)), below(CPUS));
			break;
		}
		++*(volatile uint32_t *)moves;
		platform_take_irq(handler, false);
	}
}

/* MSI number n is of event n % EVENTS: the one before of the same event has arrived. */
static bool ask_all(uint32_t number)
{
	static uint32_t wanted[EVENTS];
	uint32_t n;

	for (n = 0; n < EVENTS; n++)
		wanted[n] = count(n);
	for (n = 0; n < number + WINDOW; n++) {
		if (n >= WINDOW && !wait_for((n - WINDOW) % EVENTS, wanted[(n - WINDOW) % EVENTS])) {
			log_line("its: MSI %u: event %u arrived %u times and not %u", n - WINDOW,
				 (n - WINDOW) % EVENTS, count((n - WINDOW) % EVENTS),
				 wanted[(n - WINDOW) % EVENTS]);
			return false;
		}
		if (n >= number)
			continue;
		wanted[n % EVENTS]++;
		if (ask(n % EVENTS, (n / 3) % CONTEXTS))
			return false;
		if (n % 1000 == 999)
			log_line("its: %u asked for", n + 1);
	}
	return true;
}

static void test_disturbed(uint32_t number)
{
	static volatile uint32_t moves;
	uint32_t before = 0;
	uint32_t after = 0;
	uint32_t event;
	bool good;

	for (event = 0; event < EVENTS; event++)
		before += count(event);
	platform_begin_on_other_cpu(disturb, (void *)&moves);
	good = ask_all(number);
	stop = true;
	platform_end_on_other_cpu();
	for (event = 0; event < EVENTS; event++)
		after += count(event);
	log_line("its: %u asked for, %u arrived, amid %u changes", number, after - before, moves);
	check("each MSI arrived once while the tables changed", good && after - before == number);
	check("nothing else arrived", !count_lpi(UNMAPPED_LPI));
}

void payload_main(void)
{
	uint64_t seed = _start[HEADER_SEED];
	uint32_t number = (uint32_t)_start[HEADER_ASKED];

	log_line("its: seed %llx, %u MSIs", (unsigned long long)seed, number);
	random_state = (seed + 1) * 0x9e3779b97f4a7c15u;
	prepare_irs();
	map_all();
	test_each_context();
	test_remap();
	test_unmap();
	test_refusals();
	test_disturbed(number);
	log_line("its: end, %u failed", failures);
}
