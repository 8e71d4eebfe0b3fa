/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Cases on PPIs: the software PPI (edge) and the virtual timer (level), masks, preemption, exceptions.
 */
#include "payload.h"

#define SW GICV5_PPI_SW
#define TIMER GICV5_PPI_CNTV

static const uint64_t sw_bit = (uint64_t)1 << SW;
static const uint64_t timer_bit = (uint64_t)1 << TIMER;

static void show_ppi(const char *what, unsigned int ppi)
{
	uint64_t bit = (uint64_t)1 << ppi;
	bool pending = platform_read(GICV5_ICC_PPI_SPENDR0_EL1) & bit;
	bool pending_too = platform_read(GICV5_ICC_PPI_CPENDR0_EL1) & bit;
	bool active = platform_read(GICV5_ICC_PPI_SACTIVER0_EL1) & bit;
	bool active_too = platform_read(GICV5_ICC_PPI_CACTIVER0_EL1) & bit;

	log_line("%s: ppi %u pending=%u%u active=%u%u hppi=%llx apr=%x", what, ppi, pending, pending_too,
		 active, active_too, (unsigned long long)gic_hppi(),
		 (unsigned int)platform_read(GICV5_ICC_APR_EL1));
}

static void acknowledge(const char *what)
{
	log_line("%s: ack=%llx", what, (unsigned long long)gic_acknowledge());
}

static void quiet(void)
{
	platform_timer(false);
	ppi_enable(SW, false);
	ppi_enable(TIMER, false);
	ppi_pend(SW, false);
	platform_write(GICV5_ICC_PPI_CACTIVER0_EL1, sw_bit | timer_bit);
	ppi_priority(SW, 0);
	ppi_priority(TIMER, 0);
	platform_write(GICV5_ICC_APR_EL1, 0);
	cpu_close();
}

static void registers(void)
{
	uint64_t modes = platform_read(GICV5_ICC_PPI_HMR0_EL1);
	unsigned int i;

	log_line("ppi: mode sw=%u timer=%u", (unsigned int)(modes >> SW & 1),
		 (unsigned int)(modes >> TIMER & 1));
	for (i = 0; i < 32; i += 5) {
		ppi_priority(SW, i);
		ppi_priority(TIMER, 31 - i);
		log_line("ppi: priorities %u %u", ppi_read_priority(SW), ppi_read_priority(TIMER));
	}
	ppi_enable(SW, true);
	ppi_enable(TIMER, true);
	log_line("ppi: enabled=%llx",
		 (unsigned long long)(platform_read(GICV5_ICC_PPI_ENABLER0_EL1) & (sw_bit | timer_bit)));
	ppi_enable(SW, false);
	log_line("ppi: enabled=%llx",
		 (unsigned long long)(platform_read(GICV5_ICC_PPI_ENABLER0_EL1) & (sw_bit | timer_bit)));
	quiet();
}

/* An edge PPI from pending to deactivated, made pending again while it is active. */
static void edge_life(void)
{
	ppi_priority(SW, 10);
	ppi_pend(SW, true);
	show_ppi("ppi: pending, disabled", SW);
	ppi_enable(SW, true);
	show_ppi("ppi: enabled, cpu closed", SW);
	cpu_open(31);
	show_ppi("ppi: cpu open", SW);
	acknowledge("ppi");
	show_ppi("ppi: acknowledged", SW);
	ppi_pend(SW, true);
	show_ppi("ppi: pending again", SW);
	gic_eoi();
	show_ppi("ppi: after eoi", SW);
	gic_deactivate(PPI(SW));
	show_ppi("ppi: deactivated", SW);
	ppi_pend(SW, false);
	show_ppi("ppi: cleared", SW);
	acknowledge("ppi: nothing");
	quiet();
}

/* An interrupt passes a mask equal to its priority (D_MSQKF). */
static void mask(void)
{
	unsigned int pcr;

	ppi_priority(SW, 10);
	ppi_enable(SW, true);
	ppi_pend(SW, true);
	for (pcr = 8; pcr <= 12; pcr++) {
		cpu_open(pcr);
		log_line("ppi: mask %u hppi=%llx signals=%x", pcr, (unsigned long long)gic_hppi(),
			 platform_signals());
		if (pcr == 9)
			acknowledge("ppi: masked");
	}
	quiet();
}

/* A level PPI follows its input whatever software writes. */
static void level_life(void)
{
	ppi_priority(TIMER, 16);
	ppi_enable(TIMER, true);
	cpu_open(31);
	ppi_pend(TIMER, true);
	show_ppi("timer: set by software", TIMER);
	platform_timer(true);
	show_ppi("timer: asserted", TIMER);
	ppi_pend(TIMER, false);
	show_ppi("timer: cleared by software", TIMER);
	acknowledge("timer");
	show_ppi("timer: acknowledged", TIMER);
	gic_eoi();
	gic_deactivate(PPI(TIMER));
	show_ppi("timer: deactivated, asserted", TIMER);
	acknowledge("timer");
	platform_timer(false);
	show_ppi("timer: deasserted", TIMER);
	gic_eoi();
	gic_deactivate(PPI(TIMER));
	show_ppi("timer: deactivated", TIMER);
	quiet();
}

/* Preemption needs a strictly higher priority than the running one (D_MSQKF). */
static void preemption(void)
{
	unsigned int priority;

	for (priority = 11; priority <= 13; priority++) {
		ppi_priority(TIMER, 12);
		ppi_priority(SW, priority);
		ppi_enable(TIMER, true);
		ppi_enable(SW, true);
		cpu_open(31);
		platform_timer(true);
		acknowledge("preempt: first");
		ppi_pend(SW, true);
		show_ppi("preempt: second pending", SW);
		acknowledge("preempt: second");
		show_ppi("preempt: nested", SW);
		gic_eoi();
		show_ppi("preempt: one eoi", SW);
		gic_deactivate(PPI(TIMER));
		gic_deactivate(PPI(SW));
		show_ppi("preempt: deactivated out of order", SW);
		gic_eoi();
		show_ppi("preempt: two eois", TIMER);
		quiet();
	}
}

static void active_registers(void)
{
	ppi_priority(SW, 3);
	ppi_enable(SW, true);
	cpu_open(31);
	platform_write(GICV5_ICC_PPI_SACTIVER0_EL1, sw_bit);
	ppi_pend(SW, true);
	show_ppi("active: set by register", SW);
	platform_write(GICV5_ICC_PPI_CACTIVER0_EL1, sw_bit);
	show_ppi("active: cleared by register", SW);
	ppi_enable(SW, false);
	show_ppi("active: disabled while hppi", SW);
	quiet();
}

/* The instructions that configure LPIs and SPIs do nothing to a PPI; CDRCFG says that it is unreachable. */
static void instructions(void)
{
	ppi_priority(SW, 7);
	cpu_open(31);
	gic_enable(PPI(SW));
	gic_priority(PPI(SW), 1);
	gic_pend(PPI(SW), true);
	gic_mode(PPI(SW), GICV5_HM_LEVEL);
	gic_route(PPI(SW), 1);
	show_ppi("ppi: after instructions", SW);
	log_line("ppi: priority=%u", ppi_read_priority(SW));
	show("ppi: cdrcfg", PPI(SW));
	gic_deactivate(PPI(127));
	quiet();
}

static unsigned int taken;

static void inner_handler(void)
{
	taken++;
	acknowledge("irq: inner");
	gic_eoi();
	gic_deactivate(PPI(SW));
}

static void outer_handler(void)
{
	bool nested;

	taken++;
	acknowledge("irq: outer");
	ppi_pend(SW, true);
	nested = platform_take_irq(inner_handler, true);
	log_line("irq: nested=%u", nested);
	platform_timer(false);
	gic_eoi();
	gic_deactivate(PPI(TIMER));
}

/* Real exceptions, the second inside the first. */
static void exceptions(void)
{
	bool any;

	taken = 0;
	ppi_priority(TIMER, 20);
	ppi_priority(SW, 4);
	ppi_enable(TIMER, true);
	ppi_enable(SW, true);
	cpu_open(31);
	any = platform_take_irq(outer_handler, false);
	log_line("irq: nothing to take=%u", any);
	platform_timer(true);
	any = platform_take_irq(outer_handler, true);
	log_line("irq: any=%u taken=%u", any, taken);
	quiet();
}

/* Priority 0 has superpriority with SCTLR_EL1.NMI (R_CSBDX): only CDNMIA acknowledges it. */
static void superpriority(void)
{
	ppi_priority(SW, 0);
	ppi_enable(SW, true);
	ppi_pend(SW, true);
	cpu_open(31);
	show_cpu("nmi: off");
	log_line("nmi: off, cdnmia=%llx", (unsigned long long)gic_acknowledge_nmi());
	if (!platform_nmi(true)) {
		log_line("id: not offered: NMIs of the CPU");
		quiet();
		return;
	}
	show_cpu("nmi: on");
	log_line("nmi: on, cdia=%llx", (unsigned long long)gic_acknowledge());
	log_line("nmi: on, cdnmia=%llx", (unsigned long long)gic_acknowledge_nmi());
	show_ppi("nmi: acknowledged", SW);
	platform_nmi(false);
	gic_eoi();
	gic_deactivate(PPI(SW));
	quiet();
}

static void all_cases(void *unused)
{
	(void)unused;
	log_block("ppi, CPU", platform_cpu());
	quiet();
	registers();
	edge_life();
	mask();
	level_life();
	preemption();
	active_registers();
	instructions();
	exceptions();
	log_block("nmi, CPU", platform_cpu());
	superpriority();
}

void cases_ppi(void)
{
	all_cases(0);
	platform_on_cpu(1, all_cases, 0);
}
