// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "trace.h"

#include "../lib/string.h"
#include "cpu.h"
#include "timer.h"

#include <vgicv5/arch/intid.h>

#define RING 4096u /* a power of two */

struct event {
	uint64_t time;
	uint64_t a;
	uint64_t b;
	uint16_t point;
	uint16_t vm;
};

/* Written by its CPU alone. A reader while the trace is on may see the oldest events change under its eyes. */
struct ring {
	uint64_t next;
	struct event events[RING];
};

struct point {
	const char *name;
	const char *a;
	const char *b;
};

uint32_t shell_trace_on;

static struct ring rings[SHELL_MAX_CPUS];

#define POINT(name, a, b) {#name, a, b},
static const struct point points[] = {VGICV5_TRACES(POINT) SHELL_TRACES(POINT)};

void shell_trace(unsigned int point, unsigned int vm, uint64_t a, uint64_t b)
{
	struct ring *ring = &rings[this_cpu()->index];

	ring->events[ring->next % RING] = (struct event){timer_now(), a, b, (uint16_t)point, (uint16_t)vm};
	__atomic_store_n(&ring->next, ring->next + 1, __ATOMIC_RELEASE);
}

static void print_value(const char *meaning, uint64_t value)
{
	static const char *const types[] = {
		[GICV5_TYPE_PPI] = "ppi", [GICV5_TYPE_LPI] = "lpi", [GICV5_TYPE_SPI] = "spi"};
	uint64_t type = GICV5_GET(INTID_TYPE, value);

	if (strcmp(meaning, "intid") || type < GICV5_TYPE_PPI || type > GICV5_TYPE_SPI)
		con_printf("  %s %lx", meaning, value);
	else
		con_printf("  %s %lu", types[type], GICV5_GET(INTID_ID, value));
}

static void print_event(const struct event *event, unsigned int cpu, uint64_t since)
{
	const struct point *point = &points[event->point];
	uint64_t us = (event->time - since) * 1000 / (READ_SYSREG(cntfrq_el0) / 1000);

	con_printf("%8lu us  cpu%u  ", us, cpu);
	if (event->vm == SHELL_TRACE_NO_VM)
		con_puts("-    ");
	else
		con_printf("vm%-3u", event->vm);
	con_printf("%-18s", point->name);
	print_value(point->a, event->a);
	print_value(point->b, event->b);
	con_puts("\n");
}

/* The ring whose next event to be shown is the oldest; SHELL_MAX_CPUS: none. */
static unsigned int oldest(const uint64_t *at, const uint64_t *end)
{
	unsigned int cpu, found = SHELL_MAX_CPUS;
	uint64_t time = TIMER_NEVER;

	for (cpu = 0; cpu < SHELL_MAX_CPUS; cpu++) {
		if (at[cpu] == end[cpu] || rings[cpu].events[at[cpu] % RING].time >= time)
			continue;
		time = rings[cpu].events[at[cpu] % RING].time;
		found = cpu;
	}
	return found;
}

void shell_trace_show(unsigned int count)
{
	uint64_t at[SHELL_MAX_CPUS], end[SHELL_MAX_CPUS];
	uint64_t total = 0, since = 0, skip;
	unsigned int cpu;

	for (cpu = 0; cpu < SHELL_MAX_CPUS; cpu++) {
		end[cpu] = __atomic_load_n(&rings[cpu].next, __ATOMIC_ACQUIRE);
		at[cpu] = end[cpu] > RING ? end[cpu] - RING : 0;
		total += end[cpu] - at[cpu];
	}
	skip = total > count ? total - count : 0;
	while ((cpu = oldest(at, end)) < SHELL_MAX_CPUS) {
		const struct event *event = &rings[cpu].events[at[cpu]++ % RING];

		if (skip) {
			skip--;
			continue;
		}
		if (!since)
			since = event->time;
		print_event(event, cpu, since);
	}
}
