/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Operations on the CPU interface and on interrupts, each complete when it returns.
 */
#include "payload.h"

/* The effects of a GIC instruction take finite time (R_XCLJC): GSB SYS waits for them. */
static void command(unsigned int insn, uint64_t operand)
{
	platform_gic(insn, operand);
	platform_gic(GICV5_GSB_SYS, 0);
}

void gic_enable(uint32_t intid)
{
	command(GICV5_GIC_CDEN, intid);
}

void gic_disable(uint32_t intid)
{
	command(GICV5_GIC_CDDIS, intid);
}

void gic_priority(uint32_t intid, unsigned int priority)
{
	command(GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, priority));
}

void gic_route(uint32_t intid, unsigned int iaffid)
{
	command(GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, iaffid));
}

void gic_pend(uint32_t intid, bool pending)
{
	command(GICV5_GIC_CDPEND, intid | GICV5_PUT(CDPEND_PENDING, pending));
}

void gic_mode(uint32_t intid, enum gicv5_hm mode)
{
	command(GICV5_GIC_CDHM, intid | GICV5_PUT(CDHM_HM, mode));
}

void gic_deactivate(uint32_t intid)
{
	command(GICV5_GIC_CDDI, intid);
}

void gic_eoi(void)
{
	command(GICV5_GIC_CDEOI, 0);
}

uint64_t gic_acknowledge(void)
{
	uint64_t result = platform_gicr(GICV5_GIC_CDIA);

	platform_gic(GICV5_GSB_ACK, 0);
	platform_isb();
	return result;
}

uint64_t gic_acknowledge_nmi(void)
{
	uint64_t result = platform_gicr(GICV5_GIC_CDNMIA);

	platform_gic(GICV5_GSB_ACK, 0);
	platform_isb();
	return result;
}

uint64_t gic_hppi(void)
{
	return platform_read(GICV5_ICC_HPPIR_EL1);
}

uint64_t gic_config(uint32_t intid)
{
	command(GICV5_GIC_CDRCFG, intid);
	/* The write of ICC_ICSR_EL1 is indirect. */
	platform_isb();
	return platform_read(GICV5_ICC_ICSR_EL1);
}

void gic_setup(uint32_t intid, unsigned int priority)
{
	gic_priority(intid, priority);
	gic_route(intid, platform_cpu());
	gic_enable(intid);
}

/*
 * Takes an SPI, because QEMU 11.1 can neither disable one nor clear its pending state by instruction. Nothing
 * else may be pending for this CPU at priority 0.
 */
static void drain_spi(uint32_t intid)
{
	uint64_t cr0 = platform_read(GICV5_ICC_CR0_EL1);
	uint64_t pcr = platform_read(GICV5_ICC_PCR_EL1);
	uint64_t apr = platform_read(GICV5_ICC_APR_EL1);

	gic_deactivate(intid);
	gic_setup(intid, 0);
	gic_pend(intid, true);
	platform_write(GICV5_ICC_APR_EL1, 0);
	cpu_open(0);
	gic_acknowledge();
	gic_deactivate(intid);
	gic_priority(intid, GICV5_PRIORITY_LOWEST);
	gic_route(intid, NOBODY);
	platform_write(GICV5_ICC_APR_EL1, apr);
	platform_write(GICV5_ICC_PCR_EL1, pcr);
	platform_write(GICV5_ICC_CR0_EL1, cr0);
}

void gic_quiet(uint32_t intid)
{
	gic_mode(intid, GICV5_HM_EDGE);
	if (GICV5_GET(INTID_TYPE, intid) == GICV5_TYPE_SPI) {
		drain_spi(intid);
		return;
	}
	gic_disable(intid);
	gic_pend(intid, false);
	gic_deactivate(intid);
	gic_priority(intid, GICV5_PRIORITY_LOWEST);
	gic_route(intid, NOBODY);
}

static unsigned int ppi_priority_register(unsigned int ppi)
{
	unsigned int n = ppi / 8;

	return n < 8 ? GICV5_ICC_PPI_PRIORITYR0_EL1 + n : GICV5_ICC_PPI_PRIORITYR8_EL1 + n - 8;
}

void ppi_priority(unsigned int ppi, unsigned int priority)
{
	unsigned int encoding = ppi_priority_register(ppi);
	unsigned int shift = ppi % 8 * 8;
	uint64_t value = platform_read(encoding);

	value &= ~((uint64_t)0xff << shift);
	platform_write(encoding, value | (uint64_t)priority << shift);
}

unsigned int ppi_read_priority(unsigned int ppi)
{
	return platform_read(ppi_priority_register(ppi)) >> (ppi % 8 * 8) & 0xff;
}

void ppi_enable(unsigned int ppi, bool on)
{
	unsigned int encoding = ppi < 64 ? GICV5_ICC_PPI_ENABLER0_EL1 : GICV5_ICC_PPI_ENABLER1_EL1;
	uint64_t bit = (uint64_t)1 << ppi % 64;
	uint64_t value = platform_read(encoding);

	platform_write(encoding, on ? value | bit : value & ~bit);
}

void ppi_pend(unsigned int ppi, bool pending)
{
	unsigned int set = ppi < 64 ? GICV5_ICC_PPI_SPENDR0_EL1 : GICV5_ICC_PPI_SPENDR1_EL1;
	unsigned int clear = ppi < 64 ? GICV5_ICC_PPI_CPENDR0_EL1 : GICV5_ICC_PPI_CPENDR1_EL1;

	platform_write(pending ? set : clear, (uint64_t)1 << ppi % 64);
}

void cpu_open(unsigned int mask)
{
	platform_write(GICV5_ICC_PCR_EL1, mask);
	platform_write(GICV5_ICC_CR0_EL1, GICV5_MASK(ICC_CR0_EL1_EN) | GICV5_MASK(ICC_CR0_EL1_LINK));
}

void cpu_close(void)
{
	platform_write(GICV5_ICC_CR0_EL1, GICV5_MASK(ICC_CR0_EL1_LINK));
	platform_write(GICV5_ICC_PCR_EL1, 0);
}

void show(const char *what, uint32_t intid)
{
	uint64_t csr = gic_config(intid);

	/* With F the other fields say nothing. */
	if (csr & GICV5_MASK(ICC_ICSR_EL1_F))
		log_line("%s: %x unreachable", what, intid);
	else
		log_line("%s: %x icsr=%llx", what, intid, (unsigned long long)csr);
}

void show_cpu(const char *what)
{
	uint64_t hppi = gic_hppi();

	log_line("%s: cpu%u hppi=%llx apr=%x signals=%x", what, platform_cpu(), (unsigned long long)hppi,
		 (unsigned int)platform_read(GICV5_ICC_APR_EL1), platform_signals());
}
