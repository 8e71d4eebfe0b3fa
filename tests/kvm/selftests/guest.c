/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guest.h"

#include <kvm_util.h>

#define PRIORITIES (GUEST_PRIORITY * (uint64_t)0x0101010101010101)

volatile struct taken taken[32];
void (*volatile guest_hook)(uint32_t intid);

static void count(uint32_t intid)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];
	uint32_t id = (uint32_t)GICV5_GET(INTID_ID, intid);

	switch (GICV5_GET(INTID_TYPE, intid)) {
	case GICV5_TYPE_PPI:
		mine->ppi[id]++;
		break;
	case GICV5_TYPE_LPI:
		if (id < TAKEN)
			mine->lpi[id]++;
		break;
	case GICV5_TYPE_SPI:
		if (id < TAKEN)
			mine->spi[id]++;
		mine->last_spi = id;
		break;
	default:
		GUEST_FAIL("interrupt %x of no type", intid);
	}
}

void guest_irq(struct ex_regs *regs)
{
	uint64_t ia = vgicv5_gicr_CDIA();
	uint32_t intid = (uint32_t)ia;

	(void)regs;
	if (!GICV5_GET(CDIA_VALID, ia)) {
		taken[guest_get_vcpuid()].none++;
		return;
	}
	vgicv5_gsb_ACK();
	vgicv5_isb();
	if (guest_hook)
		guest_hook(intid);
	vgicv5_gic_CDEOI();
	vgicv5_gic_CDDI(intid);
	count(intid);
}

void guest_cpu_open(void)
{
	local_irq_disable();
	vgicv5_write_ICC_PPI_ENABLER0_EL1(0);
	vgicv5_write_ICC_PPI_ENABLER1_EL1(0);
	vgicv5_write_ICC_PPI_PRIORITYR0_EL1(PRIORITIES);
	vgicv5_write_ICC_PPI_PRIORITYR1_EL1(PRIORITIES);
	vgicv5_write_ICC_PPI_PRIORITYR2_EL1(PRIORITIES);
	vgicv5_write_ICC_PPI_PRIORITYR3_EL1(PRIORITIES);
	vgicv5_write_ICC_PCR_EL1(GICV5_MASK(ICC_PCR_EL1_PRIORITY));
	vgicv5_write_ICC_CR0_EL1(GICV5_MASK(ICC_CR0_EL1_EN));
	vgicv5_isb();
}

void guest_ppi_enable(unsigned int ppi)
{
	vgicv5_write_ICC_PPI_ENABLER0_EL1(vgicv5_read_ICC_PPI_ENABLER0_EL1() | BIT_ULL(ppi));
	vgicv5_isb();
}

static volatile void *irs(uint32_t offset)
{
	return (volatile void *)(uintptr_t)(IRS_BASE + offset);
}

uint32_t irs_read(uint32_t offset)
{
	return vgicv5_mmio_read32(irs(offset));
}

void irs_write(uint32_t offset, uint32_t value)
{
	vgicv5_mmio_write32(irs(offset), value);
}

void irs_enable(void)
{
	irs_write(GICV5_IRS_CR0, (uint32_t)GICV5_MASK(IRS_CR0_IRSEN));
	while (!(irs_read(GICV5_IRS_CR0) & GICV5_MASK(IRS_CR0_IDLE)))
		;
}

static void set_up(uint32_t intid, unsigned int iaffid)
{
	vgicv5_gic_CDPRI(intid | GICV5_PUT(CDPRI_PRIORITY, GUEST_PRIORITY));
	vgicv5_gic_CDAFF(intid | GICV5_PUT(CDAFF_IAFFID, iaffid));
	vgicv5_gic_CDEN(intid);
	vgicv5_gsb_SYS();
}

bool guest_spi(unsigned int spi, bool level, unsigned int iaffid)
{
	irs_write(GICV5_IRS_SPI_SELR, spi);
	if (!(irs_read(GICV5_IRS_SPI_STATUSR) & GICV5_MASK(IRS_SPI_STATUSR_V)))
		return false;
	irs_write(GICV5_IRS_SPI_CFGR, (uint32_t)GICV5_PUT(IRS_SPI_CFGR_TM, level));
	vgicv5_gic_CDHM(SPI(spi) | GICV5_PUT(CDHM_HM, level));
	set_up(SPI(spi), iaffid);
	return true;
}

void guest_spi_disable(unsigned int spi)
{
	vgicv5_gic_CDDIS(SPI(spi));
	vgicv5_gsb_SYS();
}

void guest_lpis(unsigned int bits, uint64_t address)
{
	irs_write(GICV5_IRS_IST_CFGR, (uint32_t)GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, bits));
	vgicv5_mmio_write64(irs(GICV5_IRS_IST_BASER), address | GICV5_MASK(IRS_IST_BASER_VALID));
	while (!(irs_read(GICV5_IRS_IST_STATUSR) & GICV5_MASK(IRS_IST_STATUSR_IDLE)))
		;
}

void guest_lpi(unsigned int lpi, unsigned int iaffid)
{
	set_up(LPI(lpi), iaffid);
}

void guest_pend(uint32_t intid)
{
	vgicv5_gic_CDPEND(intid | GICV5_PUT(CDPEND_PENDING, 1));
	vgicv5_gsb_SYS();
}

void guest_sleep_until(const volatile uint32_t *counter, uint32_t count_)
{
	while (*counter < count_) {
		wfi();
		local_irq_enable();
		vgicv5_isb();
		local_irq_disable();
	}
}
