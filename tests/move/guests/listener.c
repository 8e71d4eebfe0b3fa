/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest that sleeps until the UART's interrupt says that something was typed, and says what. Until then it touches
 * no device: who does not drive the UART's line after a restore is not saved by the guest's own output. Meanwhile interrupts
 * are held that nobody takes: it says of each what it is.
 */
#include "../../guest/aarch64/platform.h"

#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE (1u << 4)
#define UART_IMSC 0x38
#define UART_RX (1u << 4)
#define UART_RT (1u << 6)
#define PRIORITY 13
#define LINE 64

/* What is held: pending on CPU 1, which takes nothing, but for the one that is active. */
#define HELD_PPI 3 /* SW_PPI: an edge, latched on CPU 0 only */
#define HELD_SPI 7
#define HELD_LPI 9
#define ACTIVE_SPI 8

static char line[LINE];
static unsigned int length, interrupts;

static void hear(void)
{
	(void)gic_acknowledge();
	interrupts++;
	while (!(platform_mmio_read(PL011_BASE + UART_FR, 4) & UART_FR_RXFE)) {
		char c = (char)platform_mmio_read(PL011_BASE + UART_DR, 4);

		if (length < LINE - 1)
			line[length++] = c;
	}
	gic_eoi();
	gic_deactivate(SPI(PL011_SPI));
}

static void prepare_uart(void)
{
	irs_write(GICV5_IRS_SPI_SELR, PL011_SPI);
	irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	irs_write(GICV5_IRS_SPI_CFGR, (uint32_t)GICV5_PUT(IRS_SPI_CFGR_TM, GICV5_HM_LEVEL));
	irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	gic_setup(SPI(PL011_SPI), PRIORITY);
	platform_mmio_write(PL011_BASE + UART_IMSC, 4, UART_RX | UART_RT);
}

static void hold(uint32_t intid, unsigned int priority)
{
	gic_setup(intid, priority);
	gic_route(intid, 1);
	gic_pend(intid, true);
}

static void hold_ppi(void *latched)
{
	ppi_enable(HELD_PPI, false);
	ppi_priority(HELD_PPI, 4 + platform_cpu());
	ppi_pend(HELD_PPI, latched != NULL);
}

static void prepare_held(void)
{
	hold(SPI(HELD_SPI), 30);
	hold(LPI(HELD_LPI), 29);
	gic_setup(SPI(ACTIVE_SPI), 2);
	gic_pend(SPI(ACTIVE_SPI), true);
	(void)gic_acknowledge();
	gic_eoi();
	hold_ppi(line);
	platform_on_cpu(1, hold_ppi, NULL);
}

static void read_ppis(void *pending)
{
	*(uint64_t *)pending = platform_read(GICV5_ICC_PPI_SPENDR0_EL1);
}

static void show_held(void)
{
	uint64_t ppis[CPUS];
	unsigned int cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		platform_on_cpu(cpu, read_ppis, &ppis[cpu]);
	log_line("listener: holds %llx %llx %llx %llx %llx", (unsigned long long)ppis[0],
		 (unsigned long long)ppis[1], (unsigned long long)gic_config(SPI(HELD_SPI)),
		 (unsigned long long)gic_config(SPI(ACTIVE_SPI)),
		 (unsigned long long)gic_config(LPI(HELD_LPI)));
}

/* WFI ends when an interrupt is pending, masked or not, and may end without one. */
static void listen(void)
{
	interrupts = length = 0;
	while (!length || line[length - 1] != '\r') {
		__asm__ volatile("wfi" : : : "memory");
		(void)platform_take_irq(hear, false);
	}
	line[length - 1] = '\0';
	log_line("listener: heard '%s', %u interrupts", line, interrupts);
}

void payload_main(void)
{
	log_line("listener: begin");
	ist_install_any();
	irs_enable(true);
	cpu_open(31);
	prepare_held();
	prepare_uart();
	show_held();
	do {
		listen();
		show_held();
	} while (line[0] != '.');
}
