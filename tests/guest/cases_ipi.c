/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Cases on IPIs: edge, targeted LPIs made pending by another CPU (S_BDGNX, S_FYVVP).
 */
#include "payload.h"

/* LPI = purpose * CPUS + target (S_PJWMR). */
#define PURPOSES 4
#define IPI(purpose, target) LPI(64 + (purpose)*CPUS + (target))

static unsigned int received[CPUS];

static void configure(void)
{
	unsigned int purpose;
	unsigned int cpu;

	for (purpose = 0; purpose < PURPOSES; purpose++) {
		for (cpu = 0; cpu < CPUS; cpu++) {
			uint32_t intid = IPI(purpose, cpu);

			gic_mode(intid, GICV5_HM_EDGE);
			gic_priority(intid, 8 + purpose);
			gic_route(intid, cpu);
			gic_enable(intid);
			show("ipi: configured", intid);
		}
	}
}

static void open_cpu(void *unused)
{
	(void)unused;
	cpu_open(31);
	show_cpu("ipi: open");
}

static void close_cpu(void *unused)
{
	(void)unused;
	show_cpu("ipi: closing");
	cpu_close();
}

static void send_all(void *purpose_limit)
{
	unsigned int limit = *(unsigned int *)purpose_limit;
	unsigned int purpose;

	/* Lowest priority first, so that each preempts the candidate before it. */
	for (purpose = limit; purpose-- > 0;)
		gic_pend(IPI(purpose, !platform_cpu()), true);
}

static void take_one(void)
{
	uint64_t result = gic_acknowledge();

	if (!GICV5_GET(CDIA_VALID, result))
		return;
	received[platform_cpu()]++;
	log_line("ipi: cpu%u takes %llx", platform_cpu(), (unsigned long long)result);
	gic_eoi();
	gic_deactivate((uint32_t)result);
}

static void poll_all(void *unused)
{
	unsigned int i;

	(void)unused;
	for (i = 0; i <= PURPOSES; i++) {
		show_cpu("ipi: poll");
		take_one();
	}
}

static void take_exception(void *unused)
{
	bool any = platform_take_irq(take_one, true);

	(void)unused;
	log_line("ipi: cpu%u any=%u received=%u", platform_cpu(), any, received[platform_cpu()]);
}

static void both_ways(void)
{
	unsigned int limit;

	for (limit = 1; limit <= PURPOSES; limit++) {
		send_all(&limit);
		platform_on_cpu(1, poll_all, 0);
		platform_on_cpu(1, send_all, &limit);
		poll_all(0);
	}
}

static void by_exception(void)
{
	unsigned int one = 1;

	send_all(&one);
	platform_on_cpu(1, take_exception, 0);
	platform_on_cpu(1, send_all, &one);
	take_exception(0);
}

/* Two sent before one is taken are one; one sent while active waits for the deactivation. */
static void merge(void)
{
	gic_pend(IPI(0, 0), true);
	gic_pend(IPI(0, 0), true);
	take_one();
	show_cpu("ipi: merged");
	gic_pend(IPI(1, 0), true);
	log_line("ipi: ack=%llx", (unsigned long long)gic_acknowledge());
	gic_eoi();
	gic_pend(IPI(1, 0), true);
	show_cpu("ipi: sent while active");
	gic_deactivate(IPI(1, 0));
	show_cpu("ipi: deactivated");
	take_one();
}

/* Pending for CPU 1, sent elsewhere before it looks. */
static void steal(void)
{
	gic_pend(IPI(2, 1), true);
	gic_route(IPI(2, 1), 0);
	platform_on_cpu(1, poll_all, 0);
	poll_all(0);
	gic_route(IPI(2, 1), 1);
}

void cases_ipi(void)
{
	log_block("ipi", 0);
	ist_install_any();
	configure();
	open_cpu(0);
	platform_on_cpu(1, open_cpu, 0);
	both_ways();
	by_exception();
	merge();
	steal();
	platform_on_cpu(1, close_cpu, 0);
	close_cpu(0);
	ist_remove();
}
