/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest that takes so many timer ticks and IPIs, for whoever counts from outside what each one takes.
 *
 * bench_mark() is called when a few events of a phase have been, and at its end. Each interrupt is handled with the
 * instructions that Linux has for it. In the first reserved field of the image's header whoever starts it says whether
 * both CPUs have one CPU of the host only.
 */
#include "../../tests/guest/aarch64/platform.h"

#define WARM_UP 8u /* pages that are seen for the first time, and what a first event sets up */
#define EVENTS 64u
#define PERIOD 40000u /* of the counter: long enough for a vCPU to have gone to sleep */
#define PRIORITY 8u
#define TICK GICV5_INTID(GICV5_TYPE_PPI, GICV5_PPI_CNTV)
#define IPI(cpu) LPI(64u + (cpu))

#define HEADER_SHARED 4 /* quad word of the header of an arm64 Image */

extern const uint64_t _start[];
void bench_mark(void);

static volatile uint32_t ticks;
static volatile uint32_t ipis[CPUS];
static volatile bool stop;

/* ---- Waiting ---- */

__attribute__((noinline)) void bench_mark(void)
{
	__asm__ volatile("" : : : "memory");
}

static void arm_timer(void)
{
	__asm__ volatile("msr cntv_tval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb"
			 :
			 : "r"((uint64_t)PERIOD), "r"((uint64_t)1));
}

static void handler(void)
{
	uint64_t intid = gic_acknowledge();
	uint32_t operand = (uint32_t)(intid & (GICV5_MASK(CDIA_TYPE) | GICV5_MASK(CDIA_ID)));

	if (!GICV5_GET(CDIA_VALID, intid))
		return;
	if (operand == TICK) {
		arm_timer();
		ticks++;
	} else {
		ipis[platform_cpu()]++;
	}
	platform_gic(GICV5_GIC_CDDI, operand);
	platform_gic(GICV5_GIC_CDEOI, 0);
}

/* For one interrupt: asleep, or computing. */
static void await(bool asleep)
{
	if (asleep)
		__asm__ volatile("wfi" : : : "memory");
	platform_take_irq(handler, true);
}

static uint64_t now(void)
{
	uint64_t count;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
	return count;
}

/* Until the other CPU sleeps. */
static void pass_time(void)
{
	uint64_t begin = now();

	while (now() - begin < PERIOD)
		__asm__ volatile("yield" : : : "memory");
}

static void send(unsigned int cpu)
{
	platform_gic(GICV5_GIC_CDPEND, IPI(cpu) | GICV5_MASK(CDPEND_PENDING));
}

/* ---- What CPU 1 does ---- */

static void receive(void *unused)
{
	(void)unused;
	while (!stop)
		await(false);
}

static void receive_asleep(void *unused)
{
	(void)unused;
	while (!stop)
		await(true);
}

static void answer(void *unused)
{
	(void)unused;
	while (!stop) {
		await(true);
		send(0);
	}
}

/* ---- Events, seen from CPU 0 ---- */

static void tick(void)
{
	await(false);
}

static void tick_asleep(void)
{
	await(true);
}

static void ipi(void)
{
	uint32_t before = ipis[1];

	send(1);
	while (ipis[1] == before)
		__asm__ volatile("yield" : : : "memory");
}

static void ipi_to_sleeper(void)
{
	pass_time();
	ipi();
}

/* Two IPIs. */
static void ipi_and_back(void)
{
	send(1);
	await(true);
}

static void repeat(void (*event)(void), unsigned int times)
{
	while (times--)
		event();
}

static void phase(const char *name, void (*event)(void), unsigned int interrupts)
{
	repeat(event, WARM_UP);
	bench_mark();
	repeat(event, EVENTS);
	bench_mark();
	log_line("bench: %s %u", name, EVENTS * interrupts);
}

/* CPU 1 waits for the IPIs of a phase, and for one more that ends it. */
static void with_other(const char *name, void (*event)(void), unsigned int interrupts, void (*other)(void *))
{
	stop = false;
	platform_begin_on_other_cpu(other, 0);
	phase(name, event, interrupts);
	stop = true;
	send(1);
	platform_end_on_other_cpu();
}

/* ---- Set-up ---- */

static void open_cpu(void *unused)
{
	(void)unused;
	gic_setup(IPI(platform_cpu()), PRIORITY);
	cpu_open(GICV5_PRIORITY_LOWEST);
}

static void ticking(const char *name, void (*event)(void))
{
	ppi_priority(GICV5_PPI_CNTV, PRIORITY);
	ppi_enable(GICV5_PPI_CNTV, true);
	arm_timer();
	phase(name, event, 1);
	platform_timer(false);
	ppi_enable(GICV5_PPI_CNTV, false);
}

static void sleep(void *unused)
{
	(void)unused;
	await(true);
}

/* CPU 1 sleeps until all ticks have been, so that they are CPU 0's alone. */
static void ticks_of_one(void)
{
	platform_begin_on_other_cpu(sleep, 0);
	pass_time();
	ticking("tick", tick);
	ticking("tick_wfi", tick_asleep);
	send(1);
	platform_end_on_other_cpu();
}

void payload_main(void)
{
	log_line("bench: mark %llx", (unsigned long long)(uintptr_t)bench_mark);
	ist_install_any();
	irs_enable(true);
	open_cpu(0);
	platform_on_cpu(1, open_cpu, 0);
	if (_start[HEADER_SHARED]) {
		with_other("ipi_shared", ipi_and_back, 2, answer);
	} else {
		ticks_of_one();
		with_other("ipi", ipi, 1, receive);
		with_other("ipi_wfi", ipi_to_sleeper, 1, receive_asleep);
	}
	log_line("bench: end");
}
