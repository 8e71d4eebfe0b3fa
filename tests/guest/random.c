/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Pseudo-random sequences of operations on two CPUs, the visible state logged after each.
 *
 * No two interrupts ever have the same priority, because the choice between them is the implementation's
 * (R_VVBPS).
 */
#include "payload.h"

#ifndef PAYLOAD_SEEDS
#define PAYLOAD_SEEDS 12
#endif
#ifndef PAYLOAD_STEPS
#define PAYLOAD_STEPS 500
#endif

#define SPIS 6
#define LPIS 8
#define SHARED (SPIS + LPIS)

static const uint32_t lpi_numbers[LPIS] = {0, 3, 700, 1023, 1024, 5000, 8191, 16383};

enum operation {
	OP_ENABLE,
	OP_DISABLE,
	OP_PRIORITY,
	OP_ROUTE,
	OP_PEND,
	OP_UNPEND,
	OP_MODE,
	OP_ACKNOWLEDGE,
	OP_EOI,
	OP_DEACTIVATE,
	OP_MASK,
	OP_CPU,
	OP_IRS,
	OP_PPI_PEND,
	OP_PPI_ENABLE,
	OP_PPI_DEACTIVATE,
	OP_TIMER,
};

/* How often each is drawn; enabling, pending and taking must dominate or nothing would ever be delivered. */
static const uint8_t weights[] = {
	OP_ENABLE,	OP_ENABLE,	OP_ENABLE,     OP_DISABLE,     OP_PRIORITY,    OP_PRIORITY,
	OP_ROUTE,	OP_ROUTE,	OP_PEND,       OP_PEND,	       OP_PEND,	       OP_PEND,
	OP_PEND,	OP_UNPEND,	OP_MODE,       OP_ACKNOWLEDGE, OP_ACKNOWLEDGE, OP_ACKNOWLEDGE,
	OP_ACKNOWLEDGE, OP_ACKNOWLEDGE, OP_EOI,	       OP_EOI,	       OP_EOI,	       OP_EOI,
	OP_DEACTIVATE,	OP_DEACTIVATE,	OP_DEACTIVATE, OP_DEACTIVATE,  OP_MASK,	       OP_CPU,
	OP_IRS,		OP_PPI_PEND,	OP_PPI_PEND,   OP_PPI_ENABLE,  OP_PPI_ENABLE,  OP_PPI_DEACTIVATE,
	OP_TIMER};

static const char *const names[] = {"enable", "disable",  "priority",	"route",      "pend", "unpend",
				    "mode",   "ack",	  "eoi",	"deactivate", "mask", "cpu",
				    "irs",    "ppi-pend", "ppi-enable", "ppi-di",     "timer"};

struct step {
	enum operation operation;
	uint32_t intid;
	uint32_t argument;
	uint64_t result;
};

struct probe {
	uint64_t hppi;
	uint32_t apr;
	unsigned int signals;
	uint64_t ppis;
};

/* Priorities in use, one bit each. */
static uint32_t used;
static uint8_t priorities[SHARED];

static uint32_t shared_intid(unsigned int i)
{
	return i < SPIS ? SPI(10 + i) : LPI(lpi_numbers[i - SPIS]);
}

static unsigned int free_priority(void)
{
	unsigned int p;

	do
		p = random_below(GICV5_PRIORITY_LEVELS);
	while (used >> p & 1);
	used |= 1u << p;
	return p;
}

/* Those that act on the executing CPU. */
static void execute_cpu(struct step *s)
{
	switch (s->operation) {
	case OP_ACKNOWLEDGE:
		s->result = gic_acknowledge();
		break;
	case OP_EOI:
		gic_eoi();
		break;
	case OP_MASK:
		platform_write(GICV5_ICC_PCR_EL1, s->argument);
		break;
	case OP_CPU:
		platform_write(GICV5_ICC_CR0_EL1,
			       GICV5_MASK(ICC_CR0_EL1_LINK) | GICV5_PUT(ICC_CR0_EL1_EN, s->argument));
		break;
	case OP_PPI_PEND:
		ppi_pend(GICV5_PPI_SW, s->argument);
		break;
	case OP_PPI_ENABLE:
		ppi_enable(s->intid & 0xff, s->argument);
		break;
	case OP_TIMER:
		platform_timer(s->argument);
		break;
	default:
		break;
	}
}

static void execute(void *argument)
{
	struct step *s = argument;

	switch (s->operation) {
	case OP_ENABLE:
		gic_enable(s->intid);
		break;
	case OP_DISABLE:
		gic_disable(s->intid);
		break;
	case OP_PRIORITY:
		gic_priority(s->intid, s->argument);
		break;
	case OP_ROUTE:
		gic_route(s->intid, s->argument);
		break;
	case OP_PEND:
	case OP_UNPEND:
		gic_pend(s->intid, s->operation == OP_PEND);
		break;
	case OP_MODE:
		gic_mode(s->intid, s->argument ? GICV5_HM_LEVEL : GICV5_HM_EDGE);
		break;
	case OP_DEACTIVATE:
	case OP_PPI_DEACTIVATE:
		gic_deactivate(s->intid);
		break;
	case OP_IRS:
		irs_enable(s->argument);
		break;
	default:
		execute_cpu(s);
		break;
	}
}

static void draw(struct step *s)
{
	static const uint8_t targets[] = {0, 1, 0, 1, 0, 1, 0, 1, NOBODY};
	unsigned int i = random_below(SHARED);
	uint32_t ppi = random_below(2) ? GICV5_PPI_SW : GICV5_PPI_CNTV;

	s->operation = weights[random_below(sizeof(weights))];
	/* Not on SPIs: see cases_shared.c. */
	if (s->operation == OP_DISABLE || s->operation == OP_UNPEND)
		i = SPIS + random_below(LPIS);
	s->intid = shared_intid(i);
	s->argument = random_below(2);
	s->result = 0;
	if (s->operation == OP_PRIORITY) {
		used &= ~(1u << priorities[i]);
		priorities[i] = (uint8_t)free_priority();
		s->argument = priorities[i];
	} else if (s->operation == OP_ROUTE) {
		s->argument = targets[random_below(sizeof(targets))];
	} else if (s->operation == OP_MASK) {
		s->argument = random_below(4) ? 31 : random_below(32);
	} else if (s->operation == OP_CPU || s->operation == OP_IRS) {
		s->argument = random_below(4) != 0;
	} else if (s->operation == OP_PPI_ENABLE || s->operation == OP_PPI_DEACTIVATE) {
		s->intid = PPI(ppi);
	}
}

static void take_probe(void *argument)
{
	struct probe *p = argument;
	uint64_t ppis = (uint64_t)1 << GICV5_PPI_SW | (uint64_t)1 << GICV5_PPI_CNTV;

	p->hppi = gic_hppi();
	p->apr = (uint32_t)platform_read(GICV5_ICC_APR_EL1);
	p->signals = platform_signals();
	p->ppis = (platform_read(GICV5_ICC_PPI_SPENDR0_EL1) & ppis) << 32 |
		  (platform_read(GICV5_ICC_PPI_SACTIVER0_EL1) & ppis);
}

static void log_step(unsigned int number, unsigned int cpu, const struct step *s)
{
	static struct probe probes[CPUS];
	unsigned int i;

	for (i = 0; i < CPUS; i++)
		platform_on_cpu(i, take_probe, &probes[i]);
	log_line("%u: cpu%u %s %x %x: %llx icsr=%llx hppi=%llx %llx apr=%x %x signals=%x%x ppis=%llx %llx",
		 number, cpu, names[s->operation], s->intid, s->argument, (unsigned long long)s->result,
		 (unsigned long long)gic_config(s->intid), (unsigned long long)probes[0].hppi,
		 (unsigned long long)probes[1].hppi, probes[0].apr, probes[1].apr, probes[0].signals,
		 probes[1].signals, (unsigned long long)probes[0].ppis, (unsigned long long)probes[1].ppis);
}

static void open_cpu(void *unused)
{
	(void)unused;
	ppi_priority(GICV5_PPI_SW, free_priority());
	ppi_priority(GICV5_PPI_CNTV, free_priority());
	ppi_enable(GICV5_PPI_SW, true);
	cpu_open(31);
}

static void close_cpu(void *unused)
{
	(void)unused;
	platform_timer(false);
	ppi_pend(GICV5_PPI_SW, false);
	ppi_enable(GICV5_PPI_SW, false);
	ppi_enable(GICV5_PPI_CNTV, false);
	gic_deactivate(PPI(GICV5_PPI_SW));
	gic_deactivate(PPI(GICV5_PPI_CNTV));
	platform_write(GICV5_ICC_APR_EL1, 0);
	cpu_close();
}

static void begin(void)
{
	unsigned int i;

	used = 0;
	ist_install_any();
	for (i = 0; i < SHARED; i++)
		gic_quiet(shared_intid(i));
	for (i = 0; i < SHARED; i++) {
		priorities[i] = (uint8_t)free_priority();
		gic_setup(shared_intid(i), priorities[i]);
	}
	open_cpu(0);
	platform_on_cpu(1, open_cpu, 0);
}

static void end(void)
{
	unsigned int i;

	for (i = 0; i < SHARED; i++)
		show("random: end", shared_intid(i));
	platform_on_cpu(1, close_cpu, 0);
	close_cpu(0);
	irs_enable(true);
	ist_remove();
	for (i = 0; i < SPIS; i++)
		gic_quiet(shared_intid(i));
}

void cases_random(void)
{
	static struct step step;
	unsigned int seed;
	unsigned int i;

	for (seed = 1; seed <= PAYLOAD_SEEDS; seed++) {
		random_seed(seed);
		log_block("random, seed", seed);
		begin();
		for (i = 0; i < PAYLOAD_STEPS; i++) {
			unsigned int cpu = random_below(CPUS);

			draw(&step);
			platform_on_cpu(cpu, execute, &step);
			log_step(i, cpu, &step);
		}
		end();
	}
}
