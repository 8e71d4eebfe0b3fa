/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest that sleeps until the UART's interrupt says that something was typed, and says what. Until then it touches
 * no device: who does not drive the UART's line after a restore is not saved by the guest's own output.
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

static void listen(void)
{
	irs_enable(true);
	irs_write(GICV5_IRS_SPI_SELR, PL011_SPI);
	irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	irs_write(GICV5_IRS_SPI_CFGR, (uint32_t)GICV5_PUT(IRS_SPI_CFGR_TM, GICV5_HM_LEVEL));
	irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	gic_setup(SPI(PL011_SPI), PRIORITY);
	cpu_open(31);
	platform_mmio_write(PL011_BASE + UART_IMSC, 4, UART_RX | UART_RT);
}

void payload_main(void)
{
	log_line("listener: begin");
	listen();
	log_line("listener: listens");
	/* WFI ends when an interrupt is pending, masked or not, and may end without one. */
	while (!length || line[length - 1] != '\r') {
		__asm__ volatile("wfi" : : : "memory");
		(void)platform_take_irq(hear, false);
	}
	line[length - 1] = '\0';
	log_line("listener: heard '%s', %u interrupts", line, interrupts);
}
