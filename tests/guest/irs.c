/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The payload's driver of the IRS: enabling it, and tables for LPIs.
 */
#include "payload.h"

#define L1_TABLE_SIZE 0x10000u

uint32_t irs_read(uint32_t offset)
{
	return (uint32_t)platform_mmio_read(IRS_BASE + offset, 4);
}

void irs_write(uint32_t offset, uint32_t value)
{
	platform_mmio_write(IRS_BASE + offset, 4, value);
}

void irs_wait(uint32_t offset, uint32_t idle)
{
	unsigned int polls = 1000000;

	while (!(irs_read(offset) & idle) && --polls)
		;
	if (!polls)
		log_line("irs: register %x never reports IDLE", offset);
}

void irs_enable(bool on)
{
	irs_write(GICV5_IRS_CR0, (uint32_t)GICV5_PUT(IRS_CR0_IRSEN, on));
	irs_wait(GICV5_IRS_CR0, (uint32_t)GICV5_MASK(IRS_CR0_IDLE));
}

static void write_baser(uint64_t value)
{
	platform_mmio_write(IRS_BASE + GICV5_IRS_IST_BASER, 8, value);
	irs_wait(GICV5_IRS_IST_STATUSR, (uint32_t)GICV5_MASK(IRS_IST_STATUSR_IDLE));
}

static unsigned int l2_index_bits(const struct ist_shape *shape)
{
	return 10 - shape->istsz + 2 * shape->l2sz;
}

static bool offered(const struct ist_shape *shape)
{
	uint32_t idr2 = irs_read(GICV5_IRS_IDR2);

	/* With metadata the entries must be larger than the cases that use 4 bytes say. */
	if (GICV5_GET(IRS_IDR2_ISTMD, idr2) || GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2) > LPI_ID_BITS)
		return false;
	if (shape->structure == GICV5_LINEAR)
		return true;
	return GICV5_GET(IRS_IDR2_IST_LEVELS, idr2) &&
	       (GICV5_GET(IRS_IDR2_IST_L2SZ, idr2) >> shape->l2sz & 1);
}

bool ist_install(const struct ist_shape *shape)
{
	uint64_t pa;
	volatile uint64_t *tables = platform_tables(&pa);
	uint32_t i;

	if (!offered(shape))
		return false;
	for (i = 0; i < TABLES_SIZE / 8; i++)
		tables[i] = 0;
	irs_write(GICV5_IRS_IST_CFGR, (uint32_t)(GICV5_PUT(IRS_IST_CFGR_STRUCTURE, shape->structure) |
						 GICV5_PUT(IRS_IST_CFGR_ISTSZ, shape->istsz) |
						 GICV5_PUT(IRS_IST_CFGR_L2SZ, shape->l2sz) |
						 GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, LPI_ID_BITS)));
	write_baser(GICV5_ADDR(IRS_IST_BASER_ADDR, pa) | GICV5_MASK(IRS_IST_BASER_VALID));
	return true;
}

/* Level 2 tables lie behind the level 1 table, in the order of their index. */
static uint32_t l2_offset(const struct ist_shape *shape, uint32_t index)
{
	return L1_TABLE_SIZE + (index << (12 + 2 * shape->l2sz));
}

void ist_map(const struct ist_shape *shape, uint32_t lpi)
{
	uint64_t pa;
	volatile uint64_t *l1 = platform_tables(&pa);
	uint32_t index = lpi >> l2_index_bits(shape);

	if (shape->structure != GICV5_TWO_LEVEL)
		return;
	l1[index] = GICV5_ADDR(L1_ISTE_L2_ADDR, pa + l2_offset(shape, index));
	irs_write(GICV5_IRS_MAP_L2_ISTR, lpi);
	irs_wait(GICV5_IRS_IST_STATUSR, (uint32_t)GICV5_MASK(IRS_IST_STATUSR_IDLE));
}

void ist_install_any(void)
{
	struct ist_shape shape = {GICV5_TWO_LEVEL, 0, GICV5_L2SZ_4K};
	uint32_t lpi;

	if (!ist_install(&shape)) {
		shape.structure = GICV5_LINEAR;
		if (!ist_install(&shape))
			log_line("irs: no IST of %u LPI ID bits and 4 bytes", LPI_ID_BITS);
	}
	for (lpi = 0; lpi < 1u << LPI_ID_BITS; lpi += 1u << l2_index_bits(&shape))
		ist_map(&shape, lpi);
}

void ist_remove(void)
{
	write_baser(0);
}

uint32_t ist_entry(const struct ist_shape *shape, uint32_t lpi)
{
	uint64_t pa;
	const volatile uint8_t *tables = platform_tables(&pa);
	unsigned int bits = l2_index_bits(shape);
	uint32_t offset = lpi << (2 + shape->istsz);

	if (shape->structure == GICV5_TWO_LEVEL)
		offset = l2_offset(shape, lpi >> bits) + ((lpi & ((1u << bits) - 1)) << (2 + shape->istsz));
	return *(const volatile uint32_t *)(tables + offset) & ~(uint32_t)GICV5_MASK(L2_ISTE_HWU);
}
