/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Rules of the IRS: registers, SPIs, physical ISTs, GIC instructions on LPIs and SPIs.
 */
#include "rule_machine.h"

#define IDLE 1u
#define V 2u

static void test_id_registers(void **state)
{
	struct machine *m = machine_new(4);

	(void)state;
	m->config.irs_count = 2;
	m->config.irs[0] = (struct vgicv5_soft_irs_config){0, 1, 0, 64};
	m->config.irs[1] = (struct vgicv5_soft_irs_config){1, 3, 64, 32};
	m->config.spi_range = 128;
	m->config.istmd = true;
	m->config.istmd_sz = 17;
	machine_start(m);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR0, 4),
			 1 << 12 | 1 << 9 | 1 << 8 | 1 << 7 | 1 << 6 | 5 << 2 | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR1, 4), 4 << 20 | 15 << 16 | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR2, 4),
			 17 << 15 | 1 << 14 | 7 << 11 | 1 << 10 | 14 << 6 | 1 << 5 | 24);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR3, 4), 1 << 10 | 16 << 5 | 6 << 1 | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR4, 4), 15 << 6 | 6);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR5, 4), 128);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR6, 4), 64);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR7, 4), 0);
	assert_int_equal(vgicv5_soft_mmio_read(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_IDR6, 4), 32);
	assert_int_equal(vgicv5_soft_mmio_read(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_IDR7, 4), 64);
	assert_int_equal(vgicv5_soft_mmio_read(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_IDR0, 4) >> 16,
			 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_DEVARCH, 4), 0x47705a19);
	assert_int_equal(irs_rd(m, GICV5_IRS_AIDR, 4), 0);
	/* PEs and SPIs belong to one IRS only. */
	irs_wr(m, GICV5_IRS_PE_SELR, 4, 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_PE_STATUSR, 4), IDLE);
	vgicv5_soft_mmio_write(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_PE_SELR, 4, 1);
	assert_int_equal(vgicv5_soft_mmio_read(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_PE_STATUSR, 4),
			 7);
	irs_wr(m, GICV5_IRS_SPI_SELR, 4, 64);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_STATUSR, 4), IDLE);
	vgicv5_soft_mmio_write(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_SPI_SELR, 4, 64);
	assert_int_equal(vgicv5_soft_mmio_read(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_SPI_STATUSR, 4),
			 IDLE | V);
	machine_delete(m);
}

static void test_access_widths(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR0, 8), 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR0, 2), 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR0, 1), 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR0 + 2, 4), 0);
	assert_int_equal(irs_rd(m, 0x48, 4), 0);
	irs_wr(m, GICV5_IRS_CR1, 2, 0xffff);
	assert_int_equal(irs_rd(m, GICV5_IRS_CR1, 4), 0);
	irs_wr(m, GICV5_IRS_CR1, 4, 0xffffffff);
	assert_int_equal(irs_rd(m, GICV5_IRS_CR1, 4), 0xffff);
	/* A 64-bit register by halves: the half with VALID starts it. */
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, 14);
	irs_wr(m, GICV5_IRS_IST_BASER + 4, 4, 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_IST_BASER, 8), (uint64_t)1 << 32);
	irs_wr(m, GICV5_IRS_IST_BASER, 4, 0x20000001);
	assert_int_equal(irs_rd(m, GICV5_IRS_IST_BASER + 4, 4), 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_IST_BASER, 4), 0x20000001);
	irs_wr(m, GICV5_IRS_IST_BASER + 4, 4, 7); /* read-only while valid */
	assert_int_equal(irs_rd(m, GICV5_IRS_IST_BASER, 8), 0x120000001);
	irs_wr(m, GICV5_IRS_VMT_BASER + 4, 4, 2);
	irs_wr(m, GICV5_IRS_VMT_BASER, 4, 0x40000001);
	assert_int_equal(irs_rd(m, GICV5_IRS_VMT_BASER, 8), 0x240000001);
	irs_wr(m, GICV5_IRS_IST_BASER + 2, 4, 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_IST_BASER, 8), 0x120000001);
	machine_delete(m);
}

/* Commands by halves: the low half first, the half with M starts it, and only once. */
static void test_commands_by_halves(void **state)
{
	struct machine *m = machine_default(1);
	struct vgicv5_soft_counters counters;
	uint64_t vmt, vmte;

	(void)state;
	vmt = vm_table(m);
	vmte = vmt + 3 * GICV5_L2_VMTE_SIZE;
	poke64(m, vmte, take(m, 64));
	poke64(m, vmte + 8, take(m, 64) | GICV5_PUT(L2_VMTE1_VPE_ID_BITS, 1));
	vgicv5_soft_clear_counters(m->gic);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 4, 3);
	assert_int_equal(peek64(m, vmte) & 1, 0);
	irs_wr(m, GICV5_IRS_VMAP_VMR + 4, 4, 0x80000000);
	assert_int_equal(peek64(m, vmte) & 1, 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 4, 4);
	vgicv5_soft_counters(m->gic, &counters);
	assert_int_equal(counters.commands, 1);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

static void test_irsen(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	open_pe(m, 0);
	configure(m, &HOST, 0, spi(9), 0, 4);
	pend(m, &HOST, 0, spi(9)); /* instructions work all the same */
	assert_int_equal(irs_rd(m, GICV5_IRS_CR0, 4), 2);
	assert_int_equal(signals(m, 0, &HOST), 0);
	irs_wr(m, GICV5_IRS_CR0, 4, 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_CR0, 4), 3);
	assert_int_equal(signals(m, 0, &HOST), VGICV5_SOFT_IRQ);
	irs_wr(m, GICV5_IRS_CR0, 4, 0); /* recalled */
	assert_int_equal(signals(m, 0, &HOST), 0);
	assert_int_equal(ack(m, 0), 0);
	machine_delete(m);
}

static struct vgicv5_soft_interrupt look(struct machine *m, uint64_t intid)
{
	struct vgicv5_soft_interrupt i;

	assert_true(vgicv5_soft_inspect(m->gic, VGICV5_SOFT_PHYSICAL, (uint32_t)intid, &i));
	return i;
}

static void set_tm(struct machine *m, uint32_t id, unsigned int tm)
{
	irs_wr(m, GICV5_IRS_SPI_SELR, 4, id);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_STATUSR, 4), IDLE | V);
	irs_wr(m, GICV5_IRS_SPI_CFGR, 4, tm);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_CFGR, 4), tm);
}

/* R_QBXXV, R_KBPXL, R_DMTFM, R_HHKMN */
static void test_spi_wires(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	vgicv5_soft_set_spi(m->gic, 5, true);
	assert_true(look(m, spi(5)).pending);
	assert_false(look(m, spi(5)).level);
	vgicv5_soft_set_spi(m->gic, 5, true); /* no further edge */
	wr(m, 0, GICV5_GIC_CDPEND, spi(5));
	assert_false(look(m, spi(5)).pending);
	vgicv5_soft_set_spi(m->gic, 5, true);
	assert_false(look(m, spi(5)).pending);
	set_tm(m, 5, 1); /* to level with the line asserted */
	assert_true(look(m, spi(5)).pending);
	assert_true(look(m, spi(5)).level);
	vgicv5_soft_set_spi(m->gic, 5, false);
	assert_false(look(m, spi(5)).pending);
	vgicv5_soft_set_spi(m->gic, 5, true);
	wr(m, 0, GICV5_GIC_CDPEND, spi(5)); /* cleared until the next sample */
	assert_false(look(m, spi(5)).pending);
	irs_wr(m, GICV5_IRS_SPI_RESAMPLER, 4, 5);
	assert_true(look(m, spi(5)).pending);
	set_tm(m, 5, 0); /* to edge with the line asserted: CLEAR */
	assert_false(look(m, spi(5)).pending);
	wr(m, 0, GICV5_GIC_CDHM, spi(5) | GICV5_MASK(CDHM_HM));
	assert_true(look(m, spi(5)).level);
	vgicv5_soft_set_spi(m->gic, 5, false);
	vgicv5_soft_set_spi(m->gic, 5, true); /* an edge event makes it Edge again */
	assert_false(look(m, spi(5)).level);
	irs_wr(m, GICV5_IRS_SPI_SELR, 4, 256);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_STATUSR, 4), IDLE);
	irs_wr(m, GICV5_IRS_SPI_CFGR, 4, 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_CFGR, 4), 0);
	vgicv5_soft_set_spi(m->gic, 256, true);
	vgicv5_soft_set_spi(m->gic, 0xffffffff, true);
	machine_delete(m);
}

/* The life of an edge and of a level interrupt. */
static void test_acknowledge(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	open_pe(m, 0);
	open_irs(m);
	set_tm(m, 8, 1);
	configure(m, &HOST, 0, spi(8), 0, 6);
	vgicv5_soft_set_spi(m->gic, 8, true);
	assert_int_equal(ack(m, 0), spi(8));
	assert_true(look(m, spi(8)).pending);
	assert_true(look(m, spi(8)).active);
	wr(m, 0, GICV5_GIC_CDEOI, 0);
	assert_int_equal(signals(m, 0, &HOST), 0);
	wr(m, 0, GICV5_GIC_CDDI, (uint64_t)1 << 32 | spi(8)); /* the value of CDIA as it is */
	assert_int_equal(ack(m, 0), spi(8));
	vgicv5_soft_set_spi(m->gic, 8, false);
	done_as(m, 0, &HOST, spi(8));
	assert_int_equal(signals(m, 0, &HOST), 0);
	configure(m, &HOST, 0, spi(9), 0, 6);
	pend(m, &HOST, 0, spi(9));
	pend(m, &HOST, 0, spi(9)); /* merge */
	assert_int_equal(ack(m, 0), spi(9));
	assert_false(look(m, spi(9)).pending);
	pend(m, &HOST, 0, spi(9));
	wr(m, 0, GICV5_GIC_CDEOI, 0);
	assert_int_equal(ack(m, 0), 0);
	wr(m, 0, GICV5_GIC_CDDI, spi(9));
	assert_int_equal(ack(m, 0), spi(9));
	done_as(m, 0, &HOST, spi(9));
	assert_int_equal(ack(m, 0), 0);
	machine_delete(m);
}

static void test_configuration(void **state)
{
	struct machine *m = machine_default(2);
	uint64_t ist;

	(void)state;
	ist = linear_ist(m, 14);
	configure(m, &HOST, 0, lpi(77), 1, 13);
	assert_int_equal(peek32(m, ist + 4 * 77), 1 << 16 | 13 << 11 | 8);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(77));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), (uint64_t)1 << 32 | 13 << 11 | 2);
	wr(m, 0, GICV5_GIC_CDHM, lpi(77) | GICV5_MASK(CDHM_HM));
	wr(m, 0, GICV5_GIC_CDAFF, lpi(77) | GICV5_PUT(CDAFF_IAFFID, 0xffff) | GICV5_MASK(CDAFF_IRM));
	wr(m, 0, GICV5_GIC_CDDIS, lpi(77));
	pend(m, &HOST, 0, lpi(77));
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(77));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1),
			 (uint64_t)0xffff << 32 | 13 << 11 | 1 << 5 | 1 << 3 | 1 << 2);
	/* Unreachable: out of range, PPIs, reserved types, an SPI that does not exist. */
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(1 << 14));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(77));
	wr(m, 0, GICV5_GIC_CDRCFG, ppi(3));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	wr(m, 0, GICV5_GIC_CDRCFG, spi(256));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	wr(m, 0, GICV5_GIC_CDRCFG, (uint64_t)5 << 29);
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

/* Priority bits that the IRS lacks are ignored; IRM where there is no 1ofN makes CDAFF ignored whole. */
static void test_missing_features(void **state)
{
	struct machine *m = machine_new(1);

	(void)state;
	m->config.pri_bits = 3;
	m->config.one_n = false;
	m->config.virt = false;
	m->config.setlpi = false;
	machine_start(m);
	(void)linear_ist(m, 14);
	wr(m, 0, GICV5_GIC_CDPRI, lpi(1) | GICV5_PUT(CDPRI_PRIORITY, 31));
	assert_int_equal(look(m, lpi(1)).priority, 28);
	wr(m, 0, GICV5_GIC_CDAFF, lpi(1) | GICV5_PUT(CDAFF_IAFFID, 3) | GICV5_MASK(CDAFF_IRM));
	assert_int_equal(look(m, lpi(1)).iaffid, 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR3, 4), 0);
	irs_wr(m, GICV5_IRS_VMT_CFGR, 4, 5);
	assert_int_equal(irs_rd(m, GICV5_IRS_VMT_CFGR, 4), 0);
	vgicv5_soft_mmio_write(m->gic, 0, VGICV5_SOFT_SETLPI_FRAME, 0, 4, 1);
	assert_false(look(m, lpi(1)).pending);
	irs_wr(m, GICV5_IRS_SPI_VMR, 8, GICV5_MASK(IRS_SPI_VMR_VIRT) | 1);
	assert_false(look(m, spi(0)).pending); /* still reachable: there are no VMs */
	machine_delete(m);
}

static void test_setlpi(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	(void)linear_ist(m, 14);
	wr(m, 0, GICV5_GIC_CDHM, lpi(9) | GICV5_MASK(CDHM_HM));
	vgicv5_soft_mmio_write(m->gic, 0, VGICV5_SOFT_SETLPI_FRAME, 0, 4, 9);
	assert_true(look(m, lpi(9)).pending);
	assert_false(look(m, lpi(9)).level);
	vgicv5_soft_mmio_write(m->gic, 0, VGICV5_SOFT_SETLPI_FRAME, 0, 8, 10);
	vgicv5_soft_mmio_write(m->gic, 0, VGICV5_SOFT_SETLPI_FRAME, 4, 4, 10);
	assert_false(look(m, lpi(10)).pending);
	machine_delete(m);
}

/* Every geometry: where the entry of an LPI lies, and that all state comes back to memory at the end. */
static void one_geometry(unsigned int two_level, unsigned int istsz, unsigned int l2sz)
{
	struct machine *m = machine_new(1);
	unsigned int bits = 16, shift = 10 - istsz + 2 * l2sz, entry = 4u << istsz;
	uint64_t base, l2 = 0, at;
	const uint32_t id = 40007;

	m->config.pa_range = 7;
	machine_start(m);
	open_pe(m, 0);
	open_irs(m);
	base = two_level ? take(m, (uint64_t)8 << (bits - shift)) : take(m, (uint64_t)entry << bits);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4,
	       GICV5_PUT(IRS_IST_CFGR_STRUCTURE, two_level) | GICV5_PUT(IRS_IST_CFGR_ISTSZ, istsz) |
		       GICV5_PUT(IRS_IST_CFGR_L2SZ, l2sz) | bits);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, base | 1);
	at = base + (uint64_t)entry * id;
	if (two_level) {
		wr(m, 0, GICV5_GIC_CDEN, lpi(id));
		wr(m, 0, GICV5_GIC_CDRCFG, lpi(id));
		assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1); /* not mapped yet */
		l2 = take(m, 4096u << 2 * l2sz);
		poke64(m, base + 8 * (id >> shift), l2);
		irs_wr(m, GICV5_IRS_MAP_L2_ISTR, 4, id);
		assert_int_equal(peek64(m, base + 8 * (id >> shift)), l2 | 1);
		at = l2 + (uint64_t)entry * (id & ((1u << shift) - 1));
	}
	configure(m, &HOST, 0, lpi(id), 0, 2);
	assert_int_equal(peek32(m, at), 2 << 11 | 8);
	pend(m, &HOST, 0, lpi(id));
	assert_int_equal(peek32(m, at), 2 << 11 | 8); /* Pending is in the IRS */
	assert_int_equal(ack(m, 0), lpi(id));
	assert_int_equal(peek32(m, at), 2 << 11 | 8 | 2);
	pend(m, &HOST, 0, lpi(id));
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	assert_int_equal(peek32(m, at), 2 << 11 | 8 | 2 | 1);
	if (entry > 4)
		assert_int_equal(peek32(m, at + 4), 0);
	assert_int_equal(m->violations, 0);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(id));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	machine_delete(m);
}

static void test_ist_geometries(void **state)
{
	unsigned int istsz, l2sz;

	(void)state;
	for (istsz = 0; istsz < 3; istsz++) {
		one_geometry(0, istsz, 0);
		for (l2sz = 0; l2sz < 3; l2sz++)
			one_geometry(1, istsz, l2sz);
	}
}

/* LPI_ID_BITS is clamped, ISTSZ acts as the least that metadata needs, CFGR is ignored while valid. */
static void test_ist_limits(void **state)
{
	struct machine *m = machine_new(1);
	uint64_t base;

	(void)state;
	m->config.lpi_id_bits = 15;
	m->config.min_lpi_id_bits = 13;
	m->config.istmd = true;
	m->config.istmd_sz = 14;
	machine_start(m);
	base = take(m, 16u << 15);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, 5);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, base | 1);
	wr(m, 0, GICV5_GIC_CDEN, lpi((1 << 13) - 1));
	wr(m, 0, GICV5_GIC_CDRCFG, lpi((1 << 13) - 1));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 2);
	assert_int_equal(peek32(m, base + 8 * ((1 << 13) - 1)), 8);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(1 << 13));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, 15);
	assert_int_equal(irs_rd(m, GICV5_IRS_IST_CFGR, 4), 5);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, 31 | 3 << 7);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, base | 1);
	wr(m, 0, GICV5_GIC_CDEN, lpi((1 << 15) - 1));
	assert_int_equal(peek32(m, base + 16 * ((1 << 15) - 1)), 8);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(1 << 15));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	machine_delete(m);
}

/* Targeted interrupts go where CDAFF says, also when it changes while they are pending. */
static void test_routing(void **state)
{
	struct machine *m = machine_default(3);

	(void)state;
	open_irs(m);
	(void)linear_ist(m, 14);
	open_pe(m, 0);
	open_pe(m, 1);
	open_pe(m, 2);
	configure(m, &HOST, 0, lpi(40), 2, 5);
	pend(m, &HOST, 0, lpi(40));
	assert_int_equal(signals(m, 0, &HOST), 0);
	assert_int_equal(signals(m, 2, &HOST), VGICV5_SOFT_IRQ);
	assert_int_equal(m->signalled[2], 1);
	assert_int_equal(m->signalled[0], 0);
	wr(m, 0, GICV5_GIC_CDAFF, lpi(40) | GICV5_PUT(CDAFF_IAFFID, 1));
	assert_int_equal(signals(m, 2, &HOST), 0);
	assert_int_equal(ack(m, 2), 0);
	assert_int_equal(signals(m, 1, &HOST), VGICV5_SOFT_IRQ);
	wr(m, 0, GICV5_GIC_CDAFF, lpi(40) | GICV5_PUT(CDAFF_IAFFID, 3)); /* nobody */
	assert_int_equal(signals(m, 1, &HOST), 0);
	wr(m, 0, GICV5_GIC_CDAFF, lpi(40) | GICV5_PUT(CDAFF_IAFFID, 0));
	assert_int_equal(ack(m, 0), lpi(40));
	/* The order: priority, then LPIs before SPIs, then the lowest SPI. */
	done_as(m, 0, &HOST, lpi(40));
	configure(m, &HOST, 0, spi(20), 0, 5);
	configure(m, &HOST, 0, spi(21), 0, 5);
	configure(m, &HOST, 0, spi(22), 0, 4);
	pend(m, &HOST, 0, spi(21));
	pend(m, &HOST, 0, spi(20));
	pend(m, &HOST, 0, lpi(40));
	pend(m, &HOST, 0, spi(22));
	assert_int_equal(ack(m, 0), spi(22));
	done_as(m, 0, &HOST, spi(22));
	assert_int_equal(ack(m, 0), lpi(40));
	done_as(m, 0, &HOST, lpi(40));
	assert_int_equal(ack(m, 0), spi(20));
	done_as(m, 0, &HOST, spi(20));
	wr(m, 0, GICV5_GIC_CDPRI, spi(21) | GICV5_PUT(CDPRI_PRIORITY, 30));
	wr(m, 0, GICV5_ICC_PCR_EL1, 29);
	assert_int_equal(signals(m, 0, &HOST), 0);
	wr(m, 0, GICV5_GIC_CDPRI, spi(21) | GICV5_PUT(CDPRI_PRIORITY, 29));
	assert_int_equal(signals(m, 0, &HOST), VGICV5_SOFT_IRQ);
	wr(m, 0, GICV5_GIC_CDDIS, spi(21));
	assert_int_equal(signals(m, 0, &HOST), 0);
	machine_delete(m);
}

static void set_dps(struct machine *m, unsigned int pe, unsigned int dps)
{
	irs_wr(m, GICV5_IRS_PE_SELR, 4, pe);
	irs_wr(m, GICV5_IRS_PE_CR0, 4, dps);
	assert_int_equal(irs_rd(m, GICV5_IRS_PE_CR0, 4), dps);
}

/* 1ofN goes to exactly one PE that takes part. */
static void test_one_of_n(void **state)
{
	struct machine *m = machine_default(3);
	unsigned int pe, others;

	(void)state;
	open_irs(m);
	for (pe = 0; pe < 3; pe++)
		open_pe(m, pe);
	set_dps(m, 0, 1);
	wr(m, 0, GICV5_GIC_CDAFF, spi(50) | GICV5_MASK(CDAFF_IRM));
	wr(m, 0, GICV5_GIC_CDPRI, spi(50) | GICV5_PUT(CDPRI_PRIORITY, 3));
	wr(m, 0, GICV5_GIC_CDEN, spi(50));
	pend(m, &HOST, 0, spi(50));
	others = signals(m, 1, &HOST) + signals(m, 2, &HOST);
	assert_int_equal(signals(m, 0, &HOST), 0);
	assert_int_equal(others, VGICV5_SOFT_IRQ);
	pe = signals(m, 1, &HOST) ? 1 : 2;
	set_dps(m, pe, 1);
	assert_int_equal(signals(m, pe, &HOST), 0);
	assert_int_equal(signals(m, 3 - pe, &HOST), VGICV5_SOFT_IRQ);
	set_dps(m, 3 - pe, 1); /* nobody takes part */
	assert_int_equal(signals(m, 3 - pe, &HOST), 0);
	set_dps(m, 0, 0);
	assert_int_equal(ack(m, 0), spi(50));
	machine_delete(m);
}

/* Interrupts reach a PE through its own IRS, and stop when that one is disabled. */
static void test_two_irss(void **state)
{
	struct machine *m = machine_new(2);

	(void)state;
	m->config.irs_count = 2;
	m->config.irs[0] = (struct vgicv5_soft_irs_config){0, 1, 0, 64};
	m->config.irs[1] = (struct vgicv5_soft_irs_config){1, 1, 64, 64};
	m->config.spi_range = 128;
	machine_start(m);
	open_pe(m, 0);
	open_pe(m, 1);
	open_irs(m);
	configure(m, &HOST, 0, spi(100), 0, 1); /* an SPI of the other IRS */
	configure(m, &HOST, 0, spi(10), 1, 1);
	vgicv5_soft_set_spi(m->gic, 100, true);
	vgicv5_soft_set_spi(m->gic, 10, true);
	assert_int_equal(ack(m, 0), spi(100));
	assert_int_equal(ack(m, 1), 0);
	vgicv5_soft_mmio_write(m->gic, 1, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_CR0, 4, 1);
	assert_int_equal(ack(m, 1), spi(10));
	machine_delete(m);
}

/* The largest machine: the last PE works and nobody else hears of it. */
static void test_512_pes(void **state)
{
	struct machine *m = machine_default(512);
	unsigned int pe;

	(void)state;
	open_irs(m);
	(void)linear_ist(m, 14);
	open_pe(m, 511);
	configure(m, &HOST, 3, lpi(5), 511, 1);
	pend(m, &HOST, 3, lpi(5));
	for (pe = 0; pe < 512; pe++)
		assert_int_equal(m->signalled[pe], pe == 511);
	assert_int_equal(ack(m, 511), lpi(5));
	machine_delete(m);
}

static void test_reset(void **state)
{
	struct machine *m = machine_default(2);
	uint64_t ist;

	(void)state;
	open_irs(m);
	ist = linear_ist(m, 14);
	open_pe(m, 1);
	configure(m, &HOST, 0, lpi(5), 1, 1);
	configure(m, &HOST, 0, spi(5), 1, 1);
	pend(m, &HOST, 0, lpi(5));
	vgicv5_soft_reset(m->gic);
	assert_int_equal(m->signalled[1], 2);
	assert_int_equal(peek32(m, ist + 20) & 1, 0); /* forgotten, not written */
	assert_int_equal(irs_rd(m, GICV5_IRS_IST_BASER, 8), 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_CR0, 4), 2);
	assert_int_equal(rd(m, 1, GICV5_ICC_PCR_EL1), 0);
	assert_false(look(m, spi(5)).enabled);
	open_pe(m, 1);
	open_irs(m);
	configure(m, &HOST, 0, spi(5), 1, 1);
	pend(m, &HOST, 0, spi(5));
	assert_int_equal(ack(m, 1), spi(5));
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_registers),
		cmocka_unit_test(test_access_widths),
		cmocka_unit_test(test_commands_by_halves),
		cmocka_unit_test(test_irsen),
		cmocka_unit_test(test_spi_wires),
		cmocka_unit_test(test_acknowledge),
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_missing_features),
		cmocka_unit_test(test_setlpi),
		cmocka_unit_test(test_ist_geometries),
		cmocka_unit_test(test_ist_limits),
		cmocka_unit_test(test_routing),
		cmocka_unit_test(test_one_of_n),
		cmocka_unit_test(test_two_irss),
		cmocka_unit_test(test_512_pes),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
