/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Cases on an SPI with a wire: the transmit interrupt of the UART, with both trigger modes.
 *
 * The log goes through the same UART and would move the wire, so a case collects its results first.
 */
#include "payload.h"

#define UART_DR 0x00
#define UART_IMSC 0x38
#define UART_ICR 0x44
#define UART_TX (1u << 5)
#define STEPS 12

static uint64_t steps[STEPS];
static unsigned int step_count;

static void uart_write(uint32_t offset, uint32_t value)
{
	platform_mmio_write(PL011_BASE + offset, 4, value);
}

/* A character sent sets the raw transmit interrupt, which ICR clears. */
static void wire(bool asserted)
{
	if (asserted)
		uart_write(UART_DR, ' ');
	else
		uart_write(UART_ICR, UART_TX);
}

static void note(void)
{
	uint64_t csr = gic_config(SPI(PL011_SPI));

	if (step_count < STEPS)
		steps[step_count++] = csr;
}

static void report(const char *name)
{
	unsigned int i;

	uart_write(UART_IMSC, 0);
	uart_write(UART_ICR, UART_TX);
	platform_put('\n');
	for (i = 0; i < step_count; i++)
		log_line("wire: %s step %u icsr=%llx", name, i, (unsigned long long)steps[i]);
	step_count = 0;
	gic_quiet(SPI(PL011_SPI));
	platform_write(GICV5_ICC_APR_EL1, 0);
}

static void trigger(bool level)
{
	irs_write(GICV5_IRS_SPI_CFGR, (uint32_t)GICV5_PUT(IRS_SPI_CFGR_TM, level));
	irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
}

static void begin(bool level)
{
	uart_write(UART_IMSC, 0);
	uart_write(UART_ICR, UART_TX);
	gic_quiet(SPI(PL011_SPI));
	/* Last, and as a change: a hypervisor without a wire of its own sets the handling mode now. */
	trigger(!level);
	trigger(level);
	gic_setup(SPI(PL011_SPI), 13);
	uart_write(UART_IMSC, UART_TX);
}

/* The wire makes SET_LEVEL and CLEAR in level trigger mode, SET_EDGE only in edge trigger mode (R_QBXXV). */
static void life(bool level, const char *name)
{
	begin(level);
	note();
	wire(true);
	note();
	gic_acknowledge();
	note();
	/* Nobody has lowered the wire: a level interrupt is presented again. */
	gic_eoi();
	gic_deactivate(SPI(PL011_SPI));
	note();
	gic_acknowledge();
	wire(false);
	note();
	wire(true);
	note();
	gic_eoi();
	gic_deactivate(SPI(PL011_SPI));
	note();
	wire(false);
	note();
	wire(true);
	gic_pend(SPI(PL011_SPI), true);
	note();
	wire(false);
	note();
	report(name);
}

/* Changing the trigger mode is an event of its own (R_KBPXL); so is resampling a level wire (R_DMTFM). */
static void trigger_changes(void)
{
	begin(false);
	wire(true);
	note();
	trigger(true);
	note();
	trigger(false);
	note();
	wire(false);
	trigger(true);
	note();
	wire(true);
	/* Taken as an edge, it is no longer pending although its wire is asserted. */
	gic_mode(SPI(PL011_SPI), GICV5_HM_EDGE);
	gic_acknowledge();
	note();
	irs_write(GICV5_IRS_SPI_RESAMPLER, PL011_SPI);
	irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	note();
	wire(false);
	note();
	report("trigger");
}

void cases_wire(void)
{
	log_block("wire", 0);
	irs_write(GICV5_IRS_SPI_SELR, PL011_SPI);
	irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	log_line("wire: selected status=%x tm=%x", irs_read(GICV5_IRS_SPI_STATUSR),
		 irs_read(GICV5_IRS_SPI_CFGR));
	cpu_open(31);
	life(true, "level");
	life(false, "edge");
	trigger_changes();
	cpu_close();
}
