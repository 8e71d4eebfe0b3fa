/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Guest side of the tests: the GICv5 as a guest drives it.
 */
#ifndef GUEST_H
#define GUEST_H

#include <hal/aarch64/vgicv5_aarch64.h>
#include <processor.h>
#include <ucall_common.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>

#define IRS_BASE 0x08000000u

#define PPI(n) GICV5_INTID(GICV5_TYPE_PPI, n)
#define LPI(n) GICV5_INTID(GICV5_TYPE_LPI, n)
#define SPI(n) GICV5_INTID(GICV5_TYPE_SPI, n)

#define GUEST_PRIORITY 16u

/** How often an interrupt was taken: the numbers of each type below this. */
#define TAKEN 8
struct taken {
	uint32_t ppi[64];
	uint32_t lpi[TAKEN];
	uint32_t spi[TAKEN];
	uint32_t last_spi; /* any number */
	uint32_t none;	   /* exceptions with nothing to acknowledge */
};
/** By vCPU id, which is below 32. */
extern volatile struct taken taken[32];

/** What a test does between acknowledgement and deactivation; NULL: nothing. */
extern void (*volatile guest_hook)(uint32_t intid);

/** The vector of IRQs. */
void guest_irq(struct ex_regs *regs);

/** CPU interface open for all priorities, PPIs at GUEST_PRIORITY and disabled, IRQs masked. */
void guest_cpu_open(void);
void guest_ppi_enable(unsigned int ppi);

uint32_t irs_read(uint32_t offset);
void irs_write(uint32_t offset, uint32_t value);
void irs_enable(void);

/** The trigger of an SPI and what an IST says of it; false if the IRS does not know it. */
bool guest_spi(unsigned int spi, bool level, unsigned int iaffid);
void guest_spi_disable(unsigned int spi);

/** An IST of 2^bits LPIs, which lies nowhere: a virtual IRS keeps its own. */
void guest_lpis(unsigned int bits, uint64_t address);
void guest_lpi(unsigned int lpi, unsigned int iaffid);
void guest_pend(uint32_t intid);

/** Sleeps, as often as it takes, until a counter of this vCPU is at least `count`. */
void guest_sleep_until(const volatile uint32_t *counter, uint32_t count);

#endif
