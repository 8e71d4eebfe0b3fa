/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Cases on the registers of the IRS: access widths, selection, status, reserved space.
 */
#include "payload.h"

static void identity(void)
{
	uint32_t offset;
	uint32_t idr0 = irs_read(GICV5_IRS_IDR0);
	uint32_t aidr = irs_read(GICV5_IRS_AIDR);

	for (offset = GICV5_IRS_IDR0; offset <= GICV5_IRS_IDR7; offset += 4)
		log_line("id: irs %x=%x", offset, irs_read(offset));
	log_line("id: iidr=%x devarch=%x", irs_read(GICV5_IRS_IIDR), irs_read(GICV5_IRS_DEVARCH));
	log_line("irs: domain=%u component=%u major=%u", (unsigned int)GICV5_GET(IRS_IDR0_INT_DOM, idr0),
		 (unsigned int)GICV5_GET(IRS_AIDR_COMPONENT, aidr),
		 (unsigned int)GICV5_GET(IRS_AIDR_ARCHMAJORREV, aidr));
	log_line("irs: pes=%u spi base=%u",
		 (unsigned int)GICV5_GET(IRS_IDR1_PE_CNT, irs_read(GICV5_IRS_IDR1)),
		 (unsigned int)GICV5_GET(IRS_IDR7_SPI_BASE, irs_read(GICV5_IRS_IDR7)));
	log_line("irs: devarch archid=%x",
		 (unsigned int)GICV5_GET(IRS_DEVARCH_ARCHID, irs_read(GICV5_IRS_DEVARCH)));
}

/* Identification is read-only. */
static void read_only(void)
{
	static const uint32_t offsets[] = {GICV5_IRS_IDR0, GICV5_IRS_IDR2,	  GICV5_IRS_IDR5,
					   GICV5_IRS_IIDR, GICV5_IRS_SPI_STATUSR, GICV5_IRS_PE_STATUSR};
	unsigned int i;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		uint32_t before = irs_read(offsets[i]);

		irs_write(offsets[i], ~before);
		log_line("irs: %x unchanged=%u", offsets[i], irs_read(offsets[i]) == before);
	}
}

static void control(void)
{
	log_line("irs: cr0 at start=%x cr1=%x", irs_read(GICV5_IRS_CR0), irs_read(GICV5_IRS_CR1));
	/* Inner shareable, write-back: what an operating system would write. */
	irs_write(GICV5_IRS_CR1,
		  (uint32_t)(GICV5_PUT(IRS_CR1_SH, 3) | GICV5_PUT(IRS_CR1_IC, 1) | GICV5_PUT(IRS_CR1_OC, 1)));
	log_line("irs: cr1=%x", irs_read(GICV5_IRS_CR1));
	irs_enable(true);
	log_line("irs: cr0=%x", irs_read(GICV5_IRS_CR0));
	irs_enable(false);
	log_line("irs: cr0=%x", irs_read(GICV5_IRS_CR0));
	irs_enable(true);
	irs_write(GICV5_IRS_SYNCR, (uint32_t)GICV5_MASK(IRS_SYNCR_SYNC));
	log_line("irs: sync status=%x syncr=%x", irs_read(GICV5_IRS_SYNC_STATUSR), irs_read(GICV5_IRS_SYNCR));
}

static void select_spis(void)
{
	static const uint32_t ids[] = {0, 10, 31, 0xffffff, 0x10000, 12};
	unsigned int i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		irs_write(GICV5_IRS_SPI_SELR, ids[i]);
		irs_wait(GICV5_IRS_SPI_STATUSR, (uint32_t)GICV5_MASK(IRS_SPI_STATUSR_IDLE));
		log_line("irs: spi %x status=%x cfgr=%x", ids[i], irs_read(GICV5_IRS_SPI_STATUSR),
			 irs_read(GICV5_IRS_SPI_CFGR));
		irs_write(GICV5_IRS_SPI_CFGR, (uint32_t)GICV5_MASK(IRS_SPI_CFGR_TM));
		log_line("irs: spi %x level cfgr=%x status=%x", ids[i], irs_read(GICV5_IRS_SPI_CFGR),
			 irs_read(GICV5_IRS_SPI_STATUSR));
		irs_write(GICV5_IRS_SPI_CFGR, 0);
		log_line("irs: spi %x edge cfgr=%x domainr=%x", ids[i], irs_read(GICV5_IRS_SPI_CFGR),
			 irs_read(GICV5_IRS_SPI_DOMAINR));
	}
}

static void select_pes(void)
{
	static const uint32_t ids[] = {0, 1, 2, 0xffff};
	unsigned int i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		irs_write(GICV5_IRS_PE_SELR, ids[i]);
		irs_wait(GICV5_IRS_PE_STATUSR, (uint32_t)GICV5_MASK(IRS_PE_STATUSR_IDLE));
		log_line("irs: pe %x selr=%x status=%x cr0=%x", ids[i], irs_read(GICV5_IRS_PE_SELR),
			 irs_read(GICV5_IRS_PE_STATUSR), irs_read(GICV5_IRS_PE_CR0));
	}
}

/* 64-bit registers take one access or two halves. */
static void halves(void)
{
	uint64_t wide;

	platform_mmio_write(IRS_BASE + GICV5_IRS_IST_BASER, 8, 0x0012345678abcdc0u);
	wide = platform_mmio_read(IRS_BASE + GICV5_IRS_IST_BASER, 8);
	log_line("irs: baser=%llx halves=%x %x", (unsigned long long)wide, irs_read(GICV5_IRS_IST_BASER),
		 irs_read(GICV5_IRS_IST_BASER + 4));
	irs_write(GICV5_IRS_IST_BASER + 4, 0x40);
	wide = platform_mmio_read(IRS_BASE + GICV5_IRS_IST_BASER, 8);
	log_line("irs: baser high written=%llx", (unsigned long long)wide);
	irs_write(GICV5_IRS_IST_BASER, 0x80000000);
	wide = platform_mmio_read(IRS_BASE + GICV5_IRS_IST_BASER, 8);
	log_line("irs: baser low written=%llx", (unsigned long long)wide);
	platform_mmio_write(IRS_BASE + GICV5_IRS_IST_BASER, 8, 0);
	log_line("irs: baser=%llx",
		 (unsigned long long)platform_mmio_read(IRS_BASE + GICV5_IRS_IST_BASER, 8));
}

/* Accesses narrower than 32 bits are not defined: only that they do no harm is told. */
static void narrow(void)
{
	uint32_t before = irs_read(GICV5_IRS_PE_SELR);

	(void)platform_faulted();
	platform_mmio_write(IRS_BASE + GICV5_IRS_PE_SELR, 1, 0x5a);
	(void)platform_faulted();
	platform_mmio_write(IRS_BASE + GICV5_IRS_PE_SELR, 2, 0x5a5a);
	(void)platform_faulted();
	log_line("irs: narrow writes, unchanged=%u", irs_read(GICV5_IRS_PE_SELR) == before);
}

static void reserved(void)
{
	static const uint32_t offsets[] = {0x20,  0x3c,	 0x88,	 0xc8,	 0x11c, 0x188,
					   0x1c4, 0x400, 0x1000, 0x8000, 0xff00};
	unsigned int i;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		irs_write(offsets[i], 0xffffffff);
		log_line("irs: reserved %x=%x faulted=%u", offsets[i], irs_read(offsets[i]),
			 platform_faulted());
	}
	if (GICV5_GET(IRS_IDR0_VIRT, irs_read(GICV5_IRS_IDR0)))
		return;
	for (i = GICV5_IRS_VMT_BASER; i <= GICV5_IRS_SAVE_VM_STATUSR; i += 4) {
		irs_write(i, 0xffffffff);
		if (irs_read(i))
			log_line("irs: no virtualization, yet %x=%x", i, irs_read(i));
	}
}

void cases_irs(void)
{
	log_block("irs", 0);
	identity();
	read_only();
	control();
	select_spis();
	select_pes();
	halves();
	narrow();
	reserved();
}
