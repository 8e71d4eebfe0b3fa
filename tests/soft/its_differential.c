/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Random operations on the ITS and IWB of the software GICv5 and on the tiny one that remembers nothing.
 *
 * The driver invalidates exactly what it has changed, as the architecture asks for: then nobody may see that the
 * ITS remembers entries. Options: --seed N, --seeds N, --steps N.
 */
#include "rule_its.h"
#include "seeds.h"
#include "tiny_its.h"

static struct seeds options = {1, 64, 2000};

/* Table memory: areas of 16 entries. */
#define GROUPS 3u  /* L1 entries in use */
#define DEVICES 9u /* of which the driver speaks */
#define AREA 128u
#define AREAS (DEVICES * 16u)

#define ENOUGH_TO_TELL 10000u /* events at the ITS */

struct pair {
	struct machine *m;
	struct tiny_its tiny;
	struct test_vm vm;
	uint64_t random;
	uint64_t seed;
	unsigned int step;
	uint32_t devices[DEVICES];
	uint64_t areas;
	const char *what;
	bool failed;
};

static uint64_t random64(struct pair *p)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return p->random;
}

static uint32_t below(struct pair *p, uint32_t limit)
{
	return (uint32_t)(random64(p) >> 20) % limit;
}

static void same(struct pair *p, const char *name, unsigned int n, uint64_t soft, uint64_t tiny)
{
	if (soft == tiny || p->failed)
		return;
	p->failed = true;
	print_error("seed %llu, step %u, %s: %s %u is %llx, should be %llx\n", (unsigned long long)p->seed,
		    p->step, p->what, name, n, (unsigned long long)soft, (unsigned long long)tiny);
}

/* ---- what software chooses ---- */

static uint32_t random_device(struct pair *p)
{
	return below(p, 40) ? p->devices[below(p, DEVICES)] : (uint32_t)random64(p) & 0xffff;
}

static uint32_t l2_entries(unsigned int l2sz)
{
	return 512u << (2 * l2sz);
}

/* An event that has a chance: the first ones of the first L2 tables of any size, the IWB's wires. */
static uint32_t random_event(struct pair *p, uint32_t device)
{
	struct tiny_path path = tiny_its_walk(&p->tiny, device, 0);
	unsigned int l2sz = path.dte_value >> 1 & 3;

	if (!below(p, 40))
		return (uint32_t)random64(p) & 0x1ffff;
	if (path.dte_value >> 58 & 1)
		return below(p, GROUPS) * l2_entries(l2sz) + below(p, 6);
	return below(p, 12);
}

/* Areas are never used for two tables at once: each device, group and variant has its own. */
static uint64_t area(const struct pair *p, uint32_t device, unsigned int group, unsigned int variant)
{
	uint32_t n = 0;

	while (n < DEVICES && p->devices[n] != device)
		n++;
	assert_true(n < DEVICES);

	return p->areas + (uint64_t)((n * 4 + group) * 4 + variant) * AREA;
}

static uint64_t random_itte(struct pair *p)
{
	uint64_t value = below(p, 44);

	if (!below(p, 30))
		value = 1 << 14; /* beyond the IST */
	if (!below(p, 3))
		value |= (uint64_t)1 << 30 | (uint64_t)(below(p, 8) ? 1 : 2) << 32;
	return below(p, 8) ? value | 1u << 31 : value;
}

static uint64_t random_l1(struct pair *p, uint64_t l2)
{
	uint64_t value = l2 | (uint64_t)(below(p, 3) ? 4 : below(p, 5)) << 60;

	return below(p, 12) ? value | 1 : value;
}

static uint64_t random_dte(struct pair *p, uint32_t device)
{
	unsigned int l2sz = below(p, 12) ? below(p, 3) : 3;
	uint64_t value = (uint64_t)!below(p, 5) << 57;

	if (below(p, 2))
		value |= area(p, device, 3, 2 + below(p, 2)) | (uint64_t)(below(p, 3) ? 4 : below(p, 5))
								       << 59;
	else /* an L1 table of up to 8 entries */
		value |= area(p, device, 3, below(p, 2)) | (uint64_t)1 << 58 | l2sz << 1 |
			 (uint64_t)(9 + 2 * l2sz + below(p, 3)) << 59;
	if (!below(p, 30))
		value |= (uint64_t)31 << 59;
	return below(p, 12) ? value | 1 : value;
}

/* ---- operations ---- */

static void op_itte(struct pair *p)
{
	uint32_t device = random_device(p), event = random_event(p, device);
	struct tiny_path path = tiny_its_walk(&p->tiny, device, event);

	p->what = "L2_ITTE";
	if (!path.itte)
		return;
	poke64(p->m, path.itte, random_itte(p));
	its_inv_event(p->m, device, event, 0);
}

static void op_l1_itte(struct pair *p)
{
	uint32_t device = random_device(p), event = random_event(p, device);
	struct tiny_path path = tiny_its_walk(&p->tiny, device, event);
	unsigned int l2sz = path.dte_value >> 1 & 3;
	uint32_t group = event / l2_entries(l2sz);

	p->what = "L1_ITTE";
	if (!path.l1_itte || group >= GROUPS)
		return;
	poke64(p->m, path.l1_itte, random_l1(p, area(p, device, group, below(p, 4))));
	its_inv_event(p->m, device, event,
		      GICV5_MASK(ITS_INV_EVENTR_L1) | GICV5_PUT(ITS_INV_EVENTR_ITT_L2SZ, l2sz));
}

static void op_dte(struct pair *p)
{
	uint32_t device = p->devices[below(p, DEVICES)];
	struct tiny_path path = tiny_its_walk(&p->tiny, device, 0);

	p->what = "L2_DTE";
	if (!path.dte)
		return;
	poke64(p->m, path.dte, random_dte(p, device));
	/* The EventIDs that it had. */
	its_inv_device(p->m, device, (unsigned int)(path.dte_value >> 59), false);
}

static void op_l1_dte(struct pair *p)
{
	uint32_t device = p->devices[below(p, DEVICES)];
	struct tiny_path path = tiny_its_walk(&p->tiny, device, 0);
	uint64_t l2;

	p->what = "L1_DTE";
	if (!path.l1_dte)
		return;
	l2 = p->areas + (AREAS + 2 * (device / l2_entries(p->tiny.dt_l2sz)) + below(p, 2)) * AREA;
	poke64(p->m, path.l1_dte, random_l1(p, l2));
	its_inv_device(p->m, device, 0, true);
}

static void op_msi(struct pair *p)
{
	uint32_t device = random_device(p), event = random_event(p, device);

	p->what = "MSI";
	vgicv5_soft_msi(p->m->gic, 0, device, event);
	tiny_its_msi(&p->tiny, device, event);
}

static void op_generate(struct pair *p)
{
	uint32_t device = random_device(p), event = random_event(p, device);
	uint32_t domain = below(p, 4) ? 1 : below(p, 4);

	p->what = "GEN_EVENT";
	its_wr(p->m, GICV5_ITS_GEN_EVENT_DIDR, 8, device);
	its_wr(p->m, GICV5_ITS_GEN_EVENT_EIDR, 4, event);
	its_wr(p->m, GICV5_ITS_GEN_EVENTR, 4, 1u << 31 | domain);
	if (domain == 1)
		tiny_its_msi(&p->tiny, device, event);
}

static void op_read(struct pair *p)
{
	uint32_t device = random_device(p), event = random_event(p, device);

	p->what = "READ_EVENT";
	its_wr(p->m, GICV5_ITS_DIDR, 8, device);
	its_wr(p->m, GICV5_ITS_EIDR, 4, event);
	its_wr(p->m, GICV5_ITS_READ_EVENTR, 4, 1u << 31);
	same(p, "ITS_READ_EVENT_DATAR", 0, its_rd(p->m, GICV5_ITS_READ_EVENT_DATAR, 8),
	     tiny_its_data(&p->tiny, device, event));
}

static void op_wire(struct pair *p)
{
	unsigned int wire = below(p, 8) ? below(p, 12) : below(p, 64);
	bool asserted = below(p, 2);

	p->what = "wire";
	vgicv5_soft_set_wire(p->m->gic, 0, wire, asserted);
	tiny_iwb_wire(&p->tiny, wire, asserted);
}

static void op_resample(struct pair *p)
{
	unsigned int wire = below(p, 12);

	p->what = "IWB_WRESAMPLER";
	vgicv5_soft_iwb_write(p->m->gic, 0, GICV5_IWB_WRESAMPLER, 4, wire);
	tiny_iwb_resample(&p->tiny, wire);
}

static void op_wires(struct pair *p)
{
	unsigned int word = !below(p, 4);
	uint32_t value = (uint32_t)random64(p) | (uint32_t)random64(p);
	uint32_t level = (uint32_t)random64(p) & ~(uint32_t)(p->tiny.wires_enabled >> 32 * word);
	uint32_t now = (uint32_t)(p->tiny.wires_level >> 32 * word);

	p->what = "IWB_WTMR, IWB_WENABLER";
	if (below(p, 5))
		value &= 0xfff; /* those that have a chance */
	level |= now & (uint32_t)(p->tiny.wires_enabled >> 32 * word);
	vgicv5_soft_iwb_write(p->m->gic, 0, GICV5_IWB_WTMR + 4 * word, 4, level);
	p->tiny.wires_level ^= (uint64_t)(level ^ now) << 32 * word;
	vgicv5_soft_iwb_write(p->m->gic, 0, GICV5_IWB_WENABLER + 4 * word, 4, value);
	tiny_iwb_wires_enable(&p->tiny, word, value);
}

static void op_enable(struct pair *p)
{
	bool on = !p->tiny.enabled || !p->tiny.iwb_enabled || below(p, 5);

	p->what = "ITS_CR0, IWB_CR0";
	if (below(p, 2)) {
		its_wr(p->m, GICV5_ITS_CR0, 4, on);
		p->tiny.enabled = on;
	} else {
		vgicv5_soft_iwb_write(p->m->gic, 0, GICV5_IWB_CR0, 4, on);
		tiny_iwb_enable(&p->tiny, on);
	}
}

static void op_clear(struct pair *p)
{
	unsigned int i;

	p->what = "clear";
	its_wr(p->m, GICV5_ITS_SWERR_STATUSR, 8, 9);
	p->tiny.status = 0;
	for (i = 0; i < TINY_LPIS; i++) {
		if (p->tiny.lpis[0][i].pending)
			unpend(p->m, VGICV5_SOFT_PHYSICAL, i);
		if (p->tiny.lpis[1][i].pending)
			unpend(p->m, 1, i);
		p->tiny.lpis[0][i].pending = false;
		p->tiny.lpis[1][i].pending = false;
	}
}

static void operate(struct pair *p)
{
	static const struct {
		void (*op)(struct pair *p);
		unsigned int weight;
	} ops[] = {
		{op_itte, 14}, {op_l1_itte, 5},	 {op_dte, 2},	{op_l1_dte, 1},
		{op_msi, 40},  {op_generate, 3}, {op_read, 4},	{op_wire, 12},
		{op_wires, 2}, {op_enable, 1},	 {op_clear, 8}, {op_resample, 2},
	};
	unsigned int all = 0, i;
	uint32_t pick;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		all += ops[i].weight;
	pick = below(p, all);
	for (i = 0; pick >= ops[i].weight; i++)
		pick -= ops[i].weight;
	ops[i].op(p);
}

static void compare(struct pair *p)
{
	unsigned int space, i;

	for (space = 0; space < TINY_SPACES; space++) {
		for (i = 0; i < TINY_LPIS && i < p->tiny.lpi_limit[space]; i++) {
			struct vgicv5_soft_interrupt now = inspect(p->m, space ? 1 : VGICV5_SOFT_PHYSICAL, i);

			same(p, space ? "virtual LPI" : "LPI", i, now.pending,
			     p->tiny.lpis[space][i].pending);
			same(p, "trigger mode of LPI", i, now.level, p->tiny.lpis[space][i].level);
		}
	}
	same(p, "ITS_SWERR_STATUSR", 0, its_rd(p->m, GICV5_ITS_SWERR_STATUSR, 8), p->tiny.status);
	same(p, "ITS_SWERR_SYNDROMER", 0, its_rd(p->m, GICV5_ITS_SWERR_SYNDROMER0, 8),
	     p->tiny.status & 2 ? p->tiny.syndrome[0] : 0);
	same(p, "ITS_SWERR_SYNDROMER", 1, its_rd(p->m, GICV5_ITS_SWERR_SYNDROMER1, 8),
	     p->tiny.status & 4 ? p->tiny.syndrome[1] : 0);
	same(p, "violations", 0, p->m->violations, 0);
}

/* ---- one machine ---- */

static void prepare(struct pair *p)
{
	struct machine *m = p->m;
	struct tiny_its *t = &p->tiny;
	unsigned int i;

	standard(m, &p->vm);
	t->lpi_limit[0] = 1 << 14;
	t->lpi_limit[1] = 64;
	p->areas = take(m, (uint64_t)(AREAS + 16) * AREA);
	t->dt_two_level = below(p, 2);
	t->dt_l2sz = below(p, 3);
	t->dt_bits = t->dt_two_level ? 9 + 2 * t->dt_l2sz + 2 : 5;
	for (i = 0; i < DEVICES; i++)
		p->devices[i] = t->dt_two_level ? i / 3 * l2_entries(t->dt_l2sz) + i % 3 * 2 : i * 3;
	t->iwb_device = p->devices[0];
	t->dt = its_enable(m, t->dt_bits,
			   GICV5_PUT(ITS_DT_CFGR_STRUCTURE, t->dt_two_level) |
				   GICV5_PUT(ITS_DT_CFGR_L2SZ, t->dt_l2sz));
	t->enabled = true;
	vgicv5_soft_iwb_write(m->gic, 0, GICV5_IWB_CR0, 4, 1);
	t->iwb_enabled = true;
	t->memory = m->memory;
	t->base = MEMORY_BASE;
	t->bytes = MEMORY_SIZE;
	/* Full tables to begin with. */
	for (i = 0; i < 20; i++)
		op_l1_dte(p);
	for (i = 0; i < 100; i++)
		op_dte(p);
	for (i = 0; i < 200; i++)
		op_l1_itte(p);
	for (i = 0; i < 600; i++)
		op_itte(p);
}

/* Runs one seed; false: the models differ. */
static bool run_seed(uint64_t seed, struct vgicv5_soft_counters *counters)
{
	struct pair *p = calloc(1, sizeof(*p));
	bool ok;

	assert_non_null(p);
	p->seed = seed;
	p->random = seed * 0x9e3779b97f4a7c15u + 1;
	p->what = "start";
	p->m = its_machine();
	p->tiny.device_bits = 20;
	p->tiny.event_bits = 16;
	p->m->config.iwb_count = 1;
	p->m->config.iwb[0] = (struct vgicv5_soft_iwb_config){.iw_range = 1};
	machine_start(p->m);
	prepare(p);
	for (p->step = 1; p->step <= options.steps && !p->failed; p->step++) {
		operate(p);
		compare(p);
	}
	ok = !p->failed;
	vgicv5_soft_counters(p->m->gic, counters);
	machine_delete(p->m);
	free(p);
	return ok;
}

static void models_agree(void **state)
{
	struct vgicv5_soft_counters counters;
	uint64_t seed, events = 0, all = 0, reads = 0;
	unsigned int bad = 0;

	(void)state;
	for (seed = options.first_seed; seed < options.first_seed + options.seeds; seed++) {
		bad += !run_seed(seed, &counters);
		all += counters.its_events;
		events += counters.events;
		reads += counters.its_table_reads;
	}
	/* A test that never gets through the tables would prove little. A few steps of one seed are luck. */
	if (all >= ENOUGH_TO_TELL)
		assert_true(bad || events > all / 16);
	else
		print_message("too short to tell whether enough events get through\n");
	print_message("%llu events at the ITS, %llu at the IRS, %llu table reads\n", (unsigned long long)all,
		      (unsigned long long)events, (unsigned long long)reads);
	seeds_judge(&options, bad);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(models_agree)};

	seeds_parse(&options, argc, argv);
	return cmocka_run_group_tests_name("soft_its_differential", tests, NULL, NULL);
}
